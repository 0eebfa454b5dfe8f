import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { readFileCommands } from "./file-commands.ts";
import { type Annotation, readLog } from "./log.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));
/** Kept between runs, like that of a runner of one's own: what is installed once need not be again. */
const toolCache = join(top, ".cache", "runner-tools");

/** A job with one step, `uses: ldp-action`. */
export interface Step {
  /** The checkout: GITHUB_WORKSPACE. */
  readonly workspace: string;
  readonly event: { readonly name: string; readonly payload: unknown };
  /** `with:`; a name that action.yml lacks is an error, where a runner only warns. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The job's token, `${{ github.token }}`. */
  readonly token: string;
  /** Address of GitHub's interface. */
  readonly apiUrl: string;
  /** GITHUB_REF, GITHUB_SHA and what else the event sets; `env:` of the job; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; default two minutes. */
  readonly timeout?: number;
  /** Cancels the job like a runner does: SIGINT when this is true of the log, SIGTERM 7.5 s later, the end 2.5 s later. */
  readonly cancelWhen?: (log: string) => boolean;
}

/** What a runner sees of a step. */
export interface StepResult {
  readonly exitCode: number | null;
  readonly outputs: Readonly<Record<string, string>>;
  /** As shown: ten of a kind. `dropped` counts the others. */
  readonly annotations: readonly Annotation[];
  readonly dropped: number;
  /** Lines of the log without commands. */
  readonly log: string;
  readonly masked: readonly string[];
  /** Commands other than annotations and masks, such as `group`. */
  readonly commands: readonly string[];
  readonly summary: string;
  /** The whole stdout and stderr as written. */
  readonly raw: string;
  /** RUNNER_TEMP: what outputs point to. Removed by `cleanUp`. */
  readonly temp: string;
  readonly exported: Readonly<Record<string, string>>;
}

const folders: string[] = [];

/** Removes what steps left. */
export function cleanUp(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/**
 * Starts the built action as a runner does: inputs as variables with action.yml's defaults, the files of commands, the event's
 * payload, and nothing of this process's own environment but PATH.
 */
export async function runStep(step: Step): Promise<StepResult> {
  const temp = mkdtempSync(join(tmpdir(), "ldp-runner-"));
  folders.push(temp);
  const file = (name: string, text = "") => {
    const path = join(temp, name);
    writeFileSync(path, text);
    return path;
  };
  for (const folder of ["temp", "home"]) mkdirSync(join(temp, folder));
  mkdirSync(toolCache, { recursive: true });
  const files = {
    GITHUB_OUTPUT: file("output"),
    GITHUB_STATE: file("state"),
    GITHUB_ENV: file("env"),
    GITHUB_PATH: file("path"),
    GITHUB_STEP_SUMMARY: file("summary.md"),
    GITHUB_EVENT_PATH: file("event.json", JSON.stringify(step.event.payload)),
  };
  const action = readAction();
  const env = {
    PATH: process.env.PATH,
    HOME: join(temp, "home"),
    LANG: "C.UTF-8",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTION: "ldp",
    GITHUB_ACTOR: "dev",
    GITHUB_API_URL: step.apiUrl,
    GITHUB_EVENT_NAME: step.event.name,
    GITHUB_GRAPHQL_URL: `${step.apiUrl}/graphql`,
    GITHUB_JOB: "ldp",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_RUN_ID: "42",
    GITHUB_RUN_NUMBER: "3",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_WORKFLOW: "deploy",
    GITHUB_WORKSPACE: step.workspace,
    RUNNER_ARCH: "X64",
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_NAME: "runner",
    RUNNER_OS: "Linux",
    RUNNER_TEMP: join(temp, "temp"),
    RUNNER_TOOL_CACHE: toolCache,
    ...files,
    ...inputVariables(action.inputs, step),
    ...step.env,
  };
  const { exitCode, raw } = await execute(join(top, action.runs.main), step, env);
  const { annotations, dropped, log, masked, commands } = readLog(raw);
  return {
    exitCode,
    raw,
    log,
    annotations,
    dropped,
    masked,
    commands,
    outputs: readFileCommands(readFileSync(files.GITHUB_OUTPUT, "utf8")),
    exported: readFileCommands(readFileSync(files.GITHUB_ENV, "utf8")),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"),
    temp: join(temp, "temp"),
  };
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: { readonly main: string };
}

function readAction(): Action {
  const action = parse(readFileSync(join(top, "action.yml"), "utf8")) as Action;
  if (!existsSync(join(top, action.runs.main))) throw new Error(`${action.runs.main} is not built: npm run build`);
  return action;
}

/** A runner's variables for inputs: upper case, spaces to underscores, hyphens kept. */
function inputVariables(declared: Action["inputs"], step: Step): Record<string, string> {
  const given = step.inputs ?? {};
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(", ")}`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, input]) => {
      const value = given[name] ?? input.default ?? "";
      const evaluated = value.replace(/\$\{\{ *github\.token *\}\}/, step.token);
      if (evaluated.includes("${{")) throw new Error(`the harness can't evaluate ${value}`);
      return [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, evaluated];
    }),
  );
}

function execute(
  script: string,
  step: Step,
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ exitCode: number | null; raw: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { cwd: step.workspace, env, stdio: ["ignore", "pipe", "pipe"] });
    let raw = "";
    const { cancelWhen } = step;
    const timers = [setTimeout(() => child.kill("SIGKILL"), step.timeout ?? 120_000)];
    const watch = setInterval(() => {
      if (!cancelWhen?.(raw)) return;
      clearInterval(watch);
      child.kill("SIGINT");
      timers.push(
        setTimeout(() => child.kill("SIGTERM"), 7_500),
        setTimeout(() => child.kill("SIGKILL"), 10_000),
      );
    }, 20);
    const read = (chunk: Buffer) => {
      raw += chunk.toString("utf8");
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearInterval(watch);
      for (const timer of timers) clearTimeout(timer);
      resolve({ exitCode, raw });
    });
  });
}
