import { pause } from "../bundle/cli.js";
import { ownedTables } from "../bundle/lost-tables.js";
import type { EnvironmentOptions } from "../bundle/session.js";
import { actionsToolCache } from "../bundle/tool-cache.js";
import type { Environment } from "../project/model.js";
import { runProcess } from "../system/process.js";
import type { ActionContext } from "./context.js";
import type { Review } from "./review.js";

/** What the bundle's commands need for one environment of a reviewed project. */
export function bundleOptions(
  context: ActionContext,
  review: Review,
  environment: Environment,
  trusted: boolean,
): EnvironmentOptions {
  const { inputs, event } = context;
  return {
    directory: context.directory,
    environment: environment.name,
    target: environment.target,
    trusted: trusted && event.untrusted === null,
    // Consent to build what a fork brought would hand it the credentials.
    allowBuild: inputs.planArtifacts && event.untrusted === null,
    project: review.plan.project,
    tables: review.plan.tables.filter((table) => table.change !== "removed"),
    baseTables: ownedTables(review.base),
    install: {
      version: inputs.databricksCliVersion,
      baseUrl: inputs.databricksCliBaseUrl,
      sha256: inputs.databricksCliSha256,
    },
    toolCache: actionsToolCache(process.env),
    tools: {
      run: runProcess,
      env: context.env,
      sleep: pause,
      now: Date.now,
      log: context.print,
      signal: context.signal,
      temporary: context.temporary,
    },
  };
}
