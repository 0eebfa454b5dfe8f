// The demo: see scripts/demo.mjs, which starts it.
import { existsSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { StepResult } from "../e2e/runner.ts";
import { type Files as Changes, type Job, type Scenario, startScenario } from "../e2e/scenario.ts";
import { startWorkspace, defaultToken as workspaceToken } from "../fakes/workspace/workspace.ts";
import { demoChange } from "./change.ts";
import { exampleFiles, type Files } from "./example.ts";
import { writePage } from "./page.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));
const cli = process.argv.includes("--no-cli") ? null : findCli();
const { committed, current } = exampleFiles(top);
const change = demoChange(current);
const edits = difference(committed, current);
const scenario = await startScenario(committed, { name: "shop" });
const workspace = await startWorkspace();
// A planning environment would hand these to the job.
const credentials: Record<string, string> =
  cli === null ? {} : { DATABRICKS_HOST: workspace.url, DATABRICKS_TOKEN: workspaceToken, DATABRICKS_CLI_PATH: cli };

try {
  process.exitCode = await play(scenario);
} finally {
  await workspace.close();
  await scenario.end();
}

async function play(on: Scenario): Promise<number> {
  title("A pull request", change.title);
  const own = Object.keys(edits);
  if (own.length > 0) say(`With your own edits of example-repo/: ${own.join(", ")}`);

  title("First push", "config.yml has a mistake");
  const first = await run(on.pullRequest(1, { ...edits, ...change.first }));
  if (first.exitCode !== 1) return unexpected(first, "the first push should fail the check");

  title("Second push", "the mistake is mended");
  const second = await run(on.pullRequest(1, change.second));
  const [comment, ...more] = on.comments(1);
  if (comment === undefined || more.length > 0) return unexpected(second, "there should be one comment");
  say(`${on.comments(1).length} comment on the pull request, written by the first push and updated by the second.`);

  title("The comment", "as GitHub has it");
  process.stdout.write(`\n${comment}\n`);
  const page = writePage(top, change.title, comment, second.outputs["dag-file"] ?? null);
  if (second.exitCode !== 0) {
    say("\nThe check fails, so nothing is merged.");
  } else if (cli === null) {
    title("Merge and release", "not played");
    say("The Databricks CLI deploys the bundle: put `databricks` on PATH, or name it with DATABRICKS_CLI_PATH.");
  } else {
    title("Merge", "deploys dev to a local workspace");
    const merged = await run(on.merge(1), { environment: "dev" });
    if (merged.exitCode !== 0) return unexpected(merged, "dev should be deployed");
    title("Tag v1.0.0", "deploys prod, as its plan job planned it");
    const tag = on.tag("v1.0.0");
    const planned = await run(tag, { command: "plan", environment: "prod" });
    const reviewed = planned.outputs["bundle-digest"] ?? "";
    const released = await run(tag, { environment: "prod", "reviewed-plan": reviewed });
    if (released.exitCode !== 0) return unexpected(released, "prod should be deployed");
  }
  title("To look at", "");
  say(relative(process.cwd(), page) || page);
  return 0;
}

async function run(job: Job, inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> {
  const result = await scenario.run(job, { inputs, env: credentials });
  for (const { kind, file, line, message } of result.annotations) {
    say(`  ${kind}${file === null ? "" : ` ${file}:${line ?? 1}`}: ${message.replaceAll("\n", "\n    ")}`);
  }
  for (const name of ["changed-tables", "affected-tables", "deployed"]) {
    const value = result.outputs[name];
    if (value) say(`  ${name}: ${value}`);
  }
  say(`  The job ${result.exitCode === 0 ? "succeeds" : `fails (exit status ${result.exitCode})`}.`);
  return result;
}

function unexpected(result: StepResult, expected: string): number {
  console.error(`\nThis went wrong: ${expected}. The job's log:\n${result.raw}`);
  return 1;
}

function title(name: string, about: string): void {
  say(`\n== ${name}${about === "" ? "" : `: ${about}`}`);
}

function say(line: string): void {
  console.log(line);
}

/** What was edited by hand since the last commit; null for a file that is gone. */
function difference(before: Files, after: Files): Changes {
  const changed = Object.entries(after).filter(([path, text]) => before[path] !== text);
  const gone = Object.keys(before).filter((path) => !(path in after));
  return Object.fromEntries([...changed, ...gone.map((path) => [path, null] as const)]);
}

function findCli(): string | null {
  const named = process.env.DATABRICKS_CLI_PATH;
  if (named) return named;
  const names = process.platform === "win32" ? ["databricks.exe"] : ["databricks"];
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
  return found ?? null;
}
