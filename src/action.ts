import { setFailed } from "@actions/core";
import { runAction } from "./action/run-action.js";
import { logText } from "./render/escape/command.js";

try {
  await runAction(process.env);
} catch (error) {
  // A bug of ours: its stack belongs in the log.
  setFailed(
    logText(
      `LDP902: internal error, a bug of ldp-action: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    ),
  );
}
