import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { RunProcess } from "../system/process.js";
import { which } from "../system/which.js";
import { howItEnded } from "./ended.js";
import { type Environment, machineEnvironment, neutralFolder } from "./machine.js";
import { ruffVersions } from "./ruff-versions.js";

export interface Installation {
  readonly directory: string;
  readonly inAction: boolean;
  readonly environment: Environment;
  readonly runProcess: RunProcess;
  /** One of ruffVersions. */
  readonly version: string;
  /** Milliseconds that pip may take. */
  readonly timeout: number;
}

export type Outcome =
  | { readonly installed: true; readonly command: string }
  | { readonly installed: false; readonly reason: string };

/** The ruff that an earlier run installed; null where there is none. */
export function cachedRuff(installation: Installation): string | null {
  return programIn(cacheFolder(installation));
}

/** Removes the cached ruff, which does not run. */
export function forgetCached(installation: Installation): void {
  rmSync(cacheFolder(installation), { recursive: true, force: true });
}

/**
 * Installs ruff into the cache with pip: a wheel whose SHA-256 is in our table, nothing else, without dependencies. The folder appears
 * in one step, so that a run beside this one never finds half of it.
 */
export async function installWithPip(installation: Installation): Promise<Outcome> {
  const { version, runProcess, timeout } = installation;
  const env = {
    ...machineEnvironment(installation.environment, installation.directory),
    // Settings of the machine that do not go together with --target.
    PIP_USER: "0",
    PIP_REQUIRE_VIRTUALENV: "0",
  };
  const neutral = neutralFolder();
  try {
    const python = await findPython(runProcess, env, neutral.path);
    if ("reason" in python) return { installed: false, reason: python.reason };
    const requirements = join(neutral.path, "requirements.txt");
    writeFileSync(
      requirements,
      `ruff==${version}${(ruffVersions[version] ?? []).map((hash) => ` --hash=sha256:${hash}`).join("")}\n`,
    );

    const cache = cacheFolder(installation);
    mkdirSync(join(cache, ".."), { recursive: true });
    const target = mkdtempSync(`${cache}-`);
    const finished = await runProcess(
      python.command,
      // biome-ignore format: one option a line says nothing more
      [...python.prefix, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "--no-deps", "--target", target, "-r", requirements],
      { cwd: neutral.path, timeout, env },
    );
    if (finished.code !== 0 || programIn(target) === null) {
      rmSync(target, { recursive: true, force: true });
      return { installed: false, reason: `pip ${howItEnded(finished, timeout)}` };
    }
    return { installed: true, command: settle(target, cache) };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { installed: false, reason: `the cache folder can't be written (${error.message})` };
  } finally {
    neutral.remove();
  }
}

/** Moves a finished installation to its place. Where another run was faster, its folder stays. */
function settle(target: string, cache: string): string {
  try {
    renameSync(target, cache);
  } catch {
    const other = programIn(cache);
    if (other === null) return programIn(target) ?? target;
    rmSync(target, { recursive: true, force: true });
    return other;
  }
  return programIn(cache) ?? cache;
}

type Python = { readonly command: string; readonly prefix: readonly string[] } | { readonly reason: string };

async function findPython(runProcess: RunProcess, env: Record<string, string>, cwd: string): Promise<Python> {
  let reason = "there is no Python on PATH";
  const candidates: [string, string[]][] = [
    ["python3", []],
    ["python", []],
    ["py", ["-3"]],
  ];
  for (const [name, prefix] of candidates) {
    const command = which(name, env);
    if (command === null) continue;
    const finished = await runProcess(command, [...prefix, "-m", "pip", "--version"], { cwd, timeout: 30_000, env });
    if (finished.code === 0) return { command, prefix };
    reason = `${name} has no working pip`;
  }
  return { reason };
}

/** LDP_CACHE_DIR; in the action the runner's tool cache; else the user's cache folder. */
function cacheFolder({ environment, inAction, version }: Installation): string {
  const place = `ruff-${version}-${process.platform}-${process.arch}`;
  const own = absolute(environment.LDP_CACHE_DIR);
  if (own !== null) return join(own, place);
  const tools = inAction ? absolute(environment.RUNNER_TOOL_CACHE) : null;
  if (tools !== null) return join(tools, "ldp", place);
  return join(userCache(environment), "ldp", place);
}

function userCache(environment: Environment): string {
  const home = absolute(environment.HOME) ?? homedir();
  if (process.platform === "win32") return absolute(environment.LOCALAPPDATA) ?? join(home, "AppData", "Local");
  if (process.platform === "darwin") return join(home, "Library", "Caches");
  return absolute(environment.XDG_CACHE_HOME) ?? join(home, ".cache");
}

function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}

function programIn(folder: string): string | null {
  const names = process.platform === "win32" ? ["bin/ruff.exe", "Scripts/ruff.exe"] : ["bin/ruff"];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
