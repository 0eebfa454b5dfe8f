import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the stand-in prints for a command such as `bundle plan`; of a list each call takes the next, and the last stays. */
export interface CannedReply {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

export interface StandInCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The text of the file that `--plan` named, as it was during the call. */
  readonly plan: string | null;
}

/**
 * A program in place of the Databricks CLI: it writes down how it was called, and prints what it was told. For argument lists
 * and environments on machines without the CLI; it proves nothing about what the CLI does.
 */
export function standIn(
  folder: string,
  replies: Readonly<Record<string, CannedReply | readonly CannedReply[]>>,
  version = "1.13.0",
) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "databricks");
  const log = join(folder, "calls.jsonl");
  writeFileSync(join(folder, "replies.json"), JSON.stringify(replies));
  writeFileSync(path, program(version));
  chmodSync(path, 0o755);
  return {
    path,
    calls: (): StandInCall[] =>
      existsSync(log)
        ? readFileSync(log, "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as StandInCall)
        : [],
  };
}

const program = (version: string) => `#!${process.execPath}
const fs = require("node:fs");
const path = require("node:path");
const args = process.argv.slice(2);
if (args[0] === "--version") {
  console.log("Databricks CLI v${version}");
  process.exit(0);
}
const log = path.join(__dirname, "calls.jsonl");
const replies = JSON.parse(fs.readFileSync(path.join(__dirname, "replies.json"), "utf8"));
const name = args.slice(0, 2).join(" ");
const before = fs.existsSync(log)
  ? fs.readFileSync(log, "utf8").trim().split("\\n").filter((line) => JSON.parse(line).args.slice(0, 2).join(" ") === name).length
  : 0;
const file = args.includes("--plan") ? args[args.indexOf("--plan") + 1] : null;
const plan = file ? fs.readFileSync(file, "utf8") : null;
fs.appendFileSync(log, JSON.stringify({ args, env: process.env, cwd: process.cwd(), plan }) + "\\n");
const given = replies[name] ?? { stderr: "Error: unknown command " + name + "\\n", code: 1 };
const reply = Array.isArray(given) ? given[Math.min(before, given.length - 1)] : given;
fs.writeSync(1, reply.stdout ?? "");
fs.writeSync(2, reply.stderr ?? "");
process.exit(reply.code ?? 0);
`;
