import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { DEFAULT_ACTION_REF } from "../../src/commands/init.js";
import { openRepository } from "../e2e/git.js";
import type { Job } from "../e2e/scenario.js";
import { pythonTools } from "../python-tools.js";

export const act = process.env.ACT_PATH ?? "";
export const noAct = "there is no Go to install act with (go install github.com/nektos/act@v0.2.89)";

/** The lines that act 0.2.89 can't read. Nothing else is changed in what it runs. */
const rewrites: readonly (readonly [from: RegExp, to: string])[] = [
  [/^ *queue: max\n/gm, ""],
  [/^ *deployment: false(?: #.*)?\n/gm, ""],
  [/uses: \$\/\.github\/actions\/ldp\n/g, `uses: ${DEFAULT_ACTION_REF.replace("@", "/.github/actions/ldp@")}\n`],
];

/** A workflow as act can run it, and the lines that were changed for it. */
export function forAct(text: string): { readonly text: string; readonly changed: readonly string[] } {
  const result = rewrites.reduce((before, [from, to]) => before.replace(from, to), text);
  const kept = new Set(result.split("\n"));
  return {
    text: result,
    changed: text
      .split("\n")
      .filter((line) => !kept.has(line))
      .map((line) => line.trim()),
  };
}

/** What a run of a workflow ended with. */
export interface ActResult {
  readonly status: number | null;
  /** The result of each job that ran, by its name. */
  readonly jobs: Readonly<Record<string, string>>;
  readonly log: string;
  /** Files of each artifact. */
  readonly artifacts: Readonly<Record<string, readonly string[]>>;
}

export interface ActOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** The repository's name, `owner/name`. */
  readonly repository: string;
}

const folders: string[] = [];

/** Removes what runs left. */
export function cleanUpAct(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Runs the workflows of a checkout for an event, in host mode: with the built action of this repository, and stand-ins for others'. */
export async function runAct(job: Job, options: ActOptions): Promise<ActResult> {
  const home = mkdtempSync(join(tmpdir(), "ldp-act-"));
  folders.push(home);
  const event = join(home, "event.json");
  writeFileSync(event, JSON.stringify(job.event.payload));
  const artifacts = join(home, "artifacts");
  mkdirSync(artifacts);
  const { git } = openRepository(job.workspace);
  // The workflows ask for the whole history, and act for the repository's name.
  if (git("rev-parse", "--is-shallow-repository") === "true") git("fetch", "--quiet", "--unshallow", "origin");
  git("remote", "set-url", "origin", `https://github.com/${options.repository}.git`);
  const pairs = (flag: string, values: Readonly<Record<string, string>> = {}) =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
  const args = [
    ...[job.event.name, "--directory", job.workspace, "--eventpath", event, "--json", "--no-cache-server"],
    ...["--platform", "ubuntu-24.04=-self-hosted", "--defaultbranch", "main", "--concurrent-jobs", "1"],
    ...[
      "--env-file",
      "/dev/null",
      "--secret-file",
      "/dev/null",
      "--var-file",
      "/dev/null",
      "--input-file",
      "/dev/null",
    ],
    ...localRepositories(home).flatMap((mapping) => ["--local-repository", mapping]),
    ...pairs("--env", { ...job.env, ARTIFACTS: artifacts, ...options.env }),
    ...pairs("--var", options.vars),
    ...pairs("--secret", options.secrets),
  ];
  const env = {
    HOME: home,
    XDG_CACHE_HOME: join(home, "cache"),
    PATH: [dirname(process.execPath), pythonTools("ruff"), process.env.PATH].join(delimiter),
  };
  const { status, output } = await execute(args, env);
  return {
    status,
    ...readJobs(output),
    artifacts: Object.fromEntries(readdirSync(artifacts).map((name) => [name, readdirSync(join(artifacts, name))])),
  };
}

/** What is on github.com otherwise: this repository at its release, and the actions of others at the commits that are pinned. */
function localRepositories(home: string): string[] {
  const own = join(home, "ldp-action");
  for (const path of ["action.yml", "dist", ".github/actions", ".github/workflows"])
    cpSync(path, join(own, path), { recursive: true });
  const reusable = join(own, ".github/workflows/ldp.yml");
  writeFileSync(reusable, forAct(readFileSync(reusable, "utf8")).text);
  const pinned = /uses: (actions\/(?!checkout)[\w-]+)@([0-9a-f]{40})/g;
  const uses = new Set([...readFileSync(reusable, "utf8").matchAll(pinned)].map(([, name, sha]) => `${name}@${sha}`));
  const standIns = [...uses].map((use) => `${use}=${resolve("test/workflows", use.replace(/@.*/, ""))}`);
  return [`${DEFAULT_ACTION_REF}=${own}`, ...standIns];
}

function execute(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ status: number | null; output: string }> {
  return new Promise((done, reject) => {
    const child = spawn(act, [...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), 300_000);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString("utf8");
      });
    child.on("error", reject);
    child.on("close", (status) => {
      clearTimeout(timer);
      done({ status, output });
    });
  });
}

/** act's JSON lines: what was said, and how each job ended. */
function readJobs(output: string): { jobs: Record<string, string>; log: string } {
  const jobs: Record<string, string> = {};
  const log: string[] = [];
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) {
      if (line !== "") log.push(line);
      continue;
    }
    const entry = JSON.parse(line) as { msg?: string; job?: string; jobResult?: string };
    // `workflow/job`, with the job that calls between them, and a number after a job of a matrix.
    const name = entry.job?.trim().replace(/^.*\//, "").replace(/-\d+$/, "");
    if (name !== undefined && entry.jobResult !== undefined) jobs[name] = entry.jobResult;
    log.push(`[${entry.job ?? ""}] ${entry.msg?.trimEnd() ?? ""}`);
  }
  return { jobs, log: log.join("\n") };
}

export function actIsThere(): boolean {
  return act !== "" && existsSync(act);
}
