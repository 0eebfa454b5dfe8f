import { UserError } from "../system/errors.js";
import type { Finished, RunProcess } from "../system/process.js";
import { which } from "../system/which.js";
import { howItEnded } from "./ended.js";
import { type Environment, machineEnvironment, neutralFolder } from "./machine.js";
import { type RuffRequirement, ruffRequirement } from "./requirement.js";
import { cachedRuff, forgetCached, type Installation, installWithPip } from "./ruff-install.js";
import { ruffVersions } from "./ruff-versions.js";
import { compareVersions, parseSpecifier } from "./version.js";

/** A ruff that runs: `command` with `prefix` before ruff's own arguments. */
export interface Ruff {
  readonly command: string;
  readonly prefix: readonly string[];
  readonly version: string;
  /** Where it comes from, in words: "PATH", "uvx", "cache", "pip". */
  readonly from: string;
}

export interface FindOptions {
  /** The project's folder, absolute. */
  readonly directory: string;
  readonly inAction: boolean;
  /** A version or specifier that was asked for beside the project's own requirement; null for none. */
  readonly ruffVersion: string | null;
  readonly environment: Environment;
  readonly runProcess: RunProcess;
}

/** Before it, ruff does not take single settings on the command line. */
const oldest = "0.4.0";
const startTimeout = 15_000;
const installTimeout = 120_000;

/**
 * The ruff to use: on a laptop the one on PATH, else `uvx`, else one that pip installs; in the action the one on PATH, else pip. Its
 * version is what pyproject.toml or ruff's configuration asks for, else `ruffVersion`, else the newest known. Throws a UserError: LDP703 (none,
 * and none can be installed), LDP704 (the one on PATH is broken), LDP705 (no fitting version), LDP901 (`ruffVersion` is no version).
 */
export async function findRuff(options: FindOptions): Promise<Ruff> {
  const wanted = wantedVersion(options);
  const onPath = await fromPath(options);
  if (onPath !== null && wanted.allows(onPath.version)) return onPath;

  const known = Object.keys(ruffVersions).sort((a, b) => compareVersions(b, a));
  const fitting = known.filter(wanted.allows);
  const version = fitting.find(wanted.prefers) ?? fitting[0] ?? null;
  const tried: string[] = [];
  if (!options.inAction) {
    const byUvx = await fromUvx(options, version ?? wanted.text, tried);
    if (byUvx !== null && wanted.allows(byUvx.version)) return byUvx;
  }
  if (version === null) {
    const reason = `${wanted.from} asks for ruff ${wanted.text}, which is not among the versions with known hashes (${known.at(-1)} to ${known[0]})`;
    throw new UserError(
      "LDP705",
      onPath === null ? reason : `${reason}; the one on PATH is ${onPath.version}`,
      versionHint,
    );
  }
  const installation: Installation = { ...options, version, timeout: installTimeout };
  const installed = (await fromCache(installation)) ?? (await fromPip(installation, tried));
  if (installed !== null) return installed;
  const failures = tried.join("; ");
  if (onPath !== null)
    throw new UserError(
      "LDP705",
      `ruff ${onPath.version} on PATH is not what ${wanted.from} asks for (${wanted.text}), and ${version} could not be installed: ${failures}`,
      versionHint,
    );
  throw new UserError(
    "LDP703",
    `ruff is not on PATH and could not be installed: ${failures}`,
    "Install it (`pip install ruff`), or set up Python with pip and a package index that can be reached.",
  );
}

const versionHint = "Widen the requirement, or install the wanted ruff before this step.";

/** What the project, then the input, then ldp itself asks for. */
interface Wanted {
  readonly text: string;
  readonly from: string;
  readonly allows: (version: string) => boolean;
  /** Of the allowed versions, those that the input names. */
  readonly prefers: (version: string) => boolean;
}

function wantedVersion(options: FindOptions): Wanted {
  const asked = options.ruffVersion === null || options.ruffVersion === "" ? null : options.ruffVersion;
  const input = asked === null ? null : parseSpecifier(asked);
  if (asked !== null && input === null)
    throw new UserError(
      "LDP901",
      `ruff-version: ${JSON.stringify(asked)} is no version`,
      "Write 0.17.6, 0.17 or >=0.15,<0.18.",
    );
  const project: RuffRequirement | null = ruffRequirement(options.directory);
  const chosen = project ?? (input === null ? null : { ...input, allows: input.allows, from: "ruff-version" });
  const recent = (version: string) => compareVersions(version, oldest) >= 0;
  return {
    text: chosen?.text ?? `>=${oldest}`,
    from: chosen?.from ?? "ldp",
    allows: (version) => recent(version) && (chosen?.allows(version) ?? true),
    prefers: (version) => input?.allows(version) ?? false,
  };
}

async function fromPath(options: FindOptions): Promise<Ruff | null> {
  const command = which("ruff", options.environment);
  if (command === null) return null;
  const finished = await options.runProcess(command, ["--version"], {
    timeout: startTimeout,
    env: machineEnvironment(options.environment, options.directory),
  });
  const version = printedVersion(finished);
  if (version !== null) return { command, prefix: [], version, from: "PATH" };
  // What a version manager leaves on PATH for a program that it does not have ends so.
  if (finished.startError !== null || finished.code === 126 || finished.code === 127) return null;
  throw new UserError(
    "LDP704",
    `ruff on PATH is broken: \`ruff --version\` ${howItEnded(finished, startTimeout)}`,
    `Mend or remove ${command}.`,
  );
}

async function fromUvx(options: FindOptions, version: string, tried: string[]): Promise<Ruff | null> {
  const [uvx, uv] = [which("uvx", options.environment), which("uv", options.environment)];
  const command = uvx ?? uv;
  if (command === null) return null;
  const specifier = /^\d/.test(version) ? `ruff==${version}` : `ruff${version}`;
  const prefix = [...(uvx === null ? ["tool", "run"] : []), "--quiet", "--from", specifier, "ruff"];
  const folder = neutralFolder();
  try {
    const finished = await options.runProcess(command, [...prefix, "--version"], {
      cwd: folder.path,
      timeout: installTimeout,
      env: machineEnvironment(options.environment, options.directory),
    });
    const found = printedVersion(finished);
    if (found !== null) return { command, prefix, version: found, from: "uvx" };
    tried.push(`uvx ${howItEnded(finished, installTimeout)}`);
    return null;
  } finally {
    folder.remove();
  }
}

async function fromCache(installation: Installation): Promise<Ruff | null> {
  const command = cachedRuff(installation);
  if (command === null) return null;
  const ruff = await started(installation, command, "cache");
  // Left by a run that was killed, or made on another system that shares the folder.
  if (ruff === null) forgetCached(installation);
  return ruff;
}

async function fromPip(installation: Installation, tried: string[]): Promise<Ruff | null> {
  const outcome = await installWithPip(installation);
  if (!outcome.installed) {
    tried.push(outcome.reason);
    return null;
  }
  const ruff = await started(installation, outcome.command, "pip");
  if (ruff === null) tried.push(`the ruff ${installation.version} that pip installed does not run here`);
  return ruff;
}

async function started(installation: Installation, command: string, from: string): Promise<Ruff | null> {
  const finished = await installation.runProcess(command, ["--version"], { timeout: startTimeout });
  return printedVersion(finished) === installation.version
    ? { command, prefix: [], version: installation.version, from }
    : null;
}

function printedVersion(finished: Finished): string | null {
  if (finished.code !== 0) return null;
  return /^ruff (\d+\.\d+\.\d+)\S*(?: \(.*\))?\s*$/.exec(finished.stdout)?.[1] ?? null;
}
