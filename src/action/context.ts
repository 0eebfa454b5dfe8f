import { mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { info, setSecret } from "@actions/core";
import { type Inputs, loadInputs } from "../action-inputs.js";
import { configFile } from "../commands/config-file.js";
import { type ForgeEvent, readForgeEvent } from "../forge/event.js";
import type { Forge } from "../forge/forge.js";
import { githubForge } from "../forge/github/forge.js";
import { logText } from "../render/escape/command.js";
import type { ReportLinks } from "../render/report.js";
import { UserError } from "../system/errors.js";

/** One run of the action: its inputs, what happened, and the world that it may touch. */
export interface ActionContext {
  readonly inputs: Inputs;
  readonly event: ForgeEvent;
  readonly forge: Forge;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The project's folder, absolute. */
  readonly directory: string;
  /** The project's folder in the repository, with `/`; `.` for the top. */
  readonly project: string;
  /** A folder of this run for what it writes. */
  readonly temporary: string;
  readonly links: ReportLinks;
  /** Prints one line, made safe: no text can become a command to the runner. */
  readonly print: (line: string) => void;
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal;
}

/**
 * Reads everything that this run depends on, once.
 * @throws UserError LDP901 for wrong inputs, a working directory that is not in the workspace, or a config file that is not in it.
 */
export function readContext(env: Readonly<Record<string, string | undefined>>): ActionContext {
  const given = loadInputs(env);
  if (given.githubToken !== null) setSecret(given.githubToken);
  const event = readForgeEvent(env);
  const workspace = realpath(resolve(env.GITHUB_WORKSPACE || process.cwd()), "GITHUB_WORKSPACE");
  const directory = realpath(resolve(workspace, given.workingDirectory), "working-directory");
  const project = relative(workspace, directory).split(sep).join("/") || ".";
  if (project === ".." || project.startsWith("../")) {
    throw new UserError(
      "LDP901",
      "working-directory is outside the workspace.",
      "Give a folder of the checked-out repository.",
    );
  }
  const inputs = { ...given, config: configFile(directory, given.config) };
  const temporary = join(
    env.RUNNER_TEMP || tmpdir(),
    "ldp",
    project === "." ? "project" : project.replaceAll("/", "-"),
  );
  mkdirSync(temporary, { recursive: true });
  // GitHub's own commands are printed by @actions/core and the forge; everything else goes through here.
  const print = (line: string) => info(logText(line));
  return {
    inputs,
    event,
    forge: githubForge({ env, token: inputs.githubToken, print: (line) => process.stdout.write(`${line}\n`) }),
    env,
    directory,
    project,
    temporary,
    links: readLinks(event, inputs, env),
    print,
    signal: cancellation(),
  };
}

function readLinks(event: ForgeEvent, inputs: Inputs, env: ActionContext["env"]): ReportLinks {
  const server = env.GITHUB_SERVER_URL || "https://github.com";
  const repository = event.repository ? `${server}/${event.repository.owner}/${event.repository.name}` : null;
  const run = repository && env.GITHUB_RUN_ID ? `${repository}/actions/runs/${env.GITHUB_RUN_ID}` : null;
  return {
    repository,
    pullRequest: event.kind === "pull-request" ? event.number : null,
    commit: event.kind === "pull-request" ? event.head.sha : event.sha,
    run,
    // An artifact's own address is known only after this step; the run's page lists it.
    dag: run && inputs.dagArtifact !== null ? `${run}#artifacts` : null,
  };
}

function realpath(path: string, name: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new UserError(
      "LDP901",
      `${name} ${JSON.stringify(path)} does not exist.`,
      "Check the repository out first, and name a folder of it.",
    );
  }
}

/** A runner that cancels sends SIGINT, then SIGTERM after some seconds, and kills after about ten. */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort(name));
  return controller.signal;
}
