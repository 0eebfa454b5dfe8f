import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../system/errors.js";
import { which } from "../system/which.js";
import type { Tools } from "./cli.js";
import { limits } from "./cli.js";
import { cliEnvironment } from "./environment.js";
import { lastLines } from "./output.js";
import {
  compareVersions,
  oldestCli,
  pinnedCli,
  readVersion,
  readWanted,
  type Version,
  type Wanted,
} from "./version.js";

/** Where downloads are kept, and how they are made: @actions/tool-cache on a runner. */
export interface ToolCache {
  /** The folder of a tool that was kept, or null. */
  find(version: string): Promise<string | null>;
  /** Downloads to a file of its own; the path of it. Tries again what may pass. */
  download(url: string): Promise<string>;
  extract(file: string): Promise<string>;
  /** Keeps a folder; the path to use from now on. */
  keep(folder: string, version: string): Promise<string>;
}

export interface InstallOptions {
  /** As the input says; null: the pinned version, or a newer one on PATH. */
  readonly version: string | null;
  /** A mirror in place of the releases on github.com. */
  readonly baseUrl: string | null;
  /** What the archive may have, in lower case; none: what its release says, which comes from the same place as the archive. */
  readonly sha256?: readonly string[];
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
}

export interface FoundCli {
  readonly path: string;
  readonly version: string;
  readonly from: "DATABRICKS_CLI_PATH" | "PATH" | "cache" | "download";
}

const releases = "https://github.com/databricks/cli/releases/download";

/**
 * The Databricks CLI: DATABRICKS_CLI_PATH, else `databricks` on PATH where its version will do, else what was kept, else the
 * release for this machine, whose SHA-256 must be a given one, or stand in the release's checksum file.
 * Throws UserError LDP506 (no version that will do) or LDP507 (the download failed, or is not what was released).
 */
export async function findCli(options: InstallOptions, cache: ToolCache | null, tools: Tools): Promise<FoundCli> {
  const wanted = readWanted(options.version);
  if (!wanted) {
    throw new UserError(
      "LDP506",
      `${JSON.stringify(options.version)} is not a version of the Databricks CLI`,
      "Write it as 1.13.0, 1.13 or >=1.13.",
    );
  }
  const named = tools.env.DATABRICKS_CLI_PATH;
  if (named) return { ...(await checked(named, wanted, tools)), from: "DATABRICKS_CLI_PATH" };

  const onPath = which("databricks", tools.env);
  if (onPath) {
    const version = await versionOf(onPath, tools);
    if (version && suits(version, wanted)) return { path: onPath, version: version.join("."), from: "PATH" };
    if (cache === null) throw unsuitable(onPath, version, wanted);
    tools.log(`${onPath} is ${version ? version.join(".") : "no Databricks CLI of today"}; ${wanted.text} is wanted`);
  }
  const version = wanted.exact ?? (wanted.allows(readVersion(pinnedCli) ?? [0, 0, 0]) ? pinnedCli : null);
  if (cache === null || version === null) {
    const all =
      version === null
        ? `No release is known for ${wanted.text}: give a full version, such as ${pinnedCli}.`
        : undefined;
    throw new UserError(
      "LDP506",
      "the Databricks CLI was not found on PATH",
      all ?? "Install it (https://docs.databricks.com/dev-tools/cli/install), or name it with DATABRICKS_CLI_PATH.",
    );
  }
  return install(version, options, cache, tools);
}

async function install(version: string, options: InstallOptions, cache: ToolCache, tools: Tools): Promise<FoundCli> {
  const parsed = readVersion(version) ?? [0, 0, 0];
  if (compareVersions(parsed, readVersion(oldestCli) ?? [1, 0, 0]) < 0)
    throw tooOld(version, "the version that was asked for");
  const windows = (options.platform ?? process.platform) === "win32";
  const program = windows ? "databricks.exe" : "databricks";
  const given = options.sha256 ?? [];
  // What was kept is unpacked: whether it came from an archive of that hash can't be told.
  const kept = given.length === 0 ? await cache.find(version) : null;
  if (kept) return { path: join(kept, program), version, from: "cache" };

  const name = archiveName(version, options.platform ?? process.platform, options.arch ?? process.arch);
  const base = `${(options.baseUrl ?? releases).replace(/\/+$/, "")}/v${version}`;
  tools.log(`downloading the Databricks CLI ${version} from ${base}`);
  const [archive, expected] = await Promise.all([
    fetched(cache, `${base}/${name}`),
    given.length > 0
      ? given
      : fetched(cache, `${base}/databricks_cli_${version}_SHA256SUMS`).then((sums) =>
          checksum(readFileSync(sums, "utf8"), name),
        ),
  ]);
  const actual = createHash("sha256").update(readFileSync(archive)).digest("hex");
  if (expected.length === 0) throw notWhatWasReleased(`the release's checksum file has no line for ${name}`);
  if (!expected.includes(actual)) {
    const said = given.length > 0 ? "databricks-cli-sha256 has" : "its release says";
    throw notWhatWasReleased(`${name} has the SHA-256 ${actual}, and ${said} ${expected.join(", ")}: it is not used`);
  }
  const folder = await cache.keep(await cache.extract(archive), version);
  return { path: join(folder, program), version, from: "download" };
}

/** The archive of a release for a machine. Throws UserError LDP507 where there is none. */
export function archiveName(version: string, platform: string, arch: string): string {
  const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin", win32: "windows" };
  const machines: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
  const [system, machine] = [systems[platform], machines[arch]];
  if (!system || !machine) {
    throw new UserError(
      "LDP507",
      `there is no Databricks CLI for ${platform} on ${arch}`,
      "Linux, macOS and Windows on x64 or arm64 have one. Elsewhere name a program with DATABRICKS_CLI_PATH.",
    );
  }
  return `databricks_cli_${version}_${system}_${machine}.${system === "windows" ? "zip" : "tar.gz"}`;
}

/** The SHA-256 of a file in the text of a checksum file; empty where it has none. */
export function checksum(text: string, name: string): readonly string[] {
  for (const line of text.split("\n")) {
    const [, hash, file] = /^([0-9a-fA-F]{64})\s+\*?(\S+)\s*$/.exec(line) ?? [];
    if (hash && file === name) return [hash.toLowerCase()];
  }
  return [];
}

function notWhatWasReleased(message: string): UserError {
  return new UserError(
    "LDP507",
    message,
    "Try again; when it stays so, look at the mirror (databricks-cli-base-url) or the proxy in between.",
  );
}

async function fetched(cache: ToolCache, url: string): Promise<string> {
  try {
    return await cache.download(url);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "LDP507",
      `${url} could not be downloaded: ${why}`,
      "Check the version, the network and the proxy; set databricks-cli-base-url to a mirror, or install the CLI on PATH.",
    );
  }
}

async function checked(path: string, wanted: Wanted, tools: Tools): Promise<{ path: string; version: string }> {
  const version = await versionOf(path, tools);
  if (!version || !suits(version, wanted)) throw unsuitable(path, version, wanted);
  return { path, version: version.join(".") };
}

function suits(version: Version, wanted: Wanted): boolean {
  return wanted.allows(version) && compareVersions(version, readVersion(oldestCli) ?? [1, 0, 0]) >= 0;
}

function unsuitable(path: string, version: Version | null, wanted: Wanted): UserError {
  if (version === null) {
    return new UserError(
      "LDP506",
      `${path} does not say its version as the Databricks CLI does`,
      "Check what program it is.",
    );
  }
  if (compareVersions(version, readVersion(oldestCli) ?? [1, 0, 0]) < 0) return tooOld(version.join("."), path);
  return new UserError(
    "LDP506",
    `${path} is version ${version.join(".")}, and ${wanted.text} is wanted`,
    "Install that version, or change `databricks-cli-version`.",
  );
}

function tooOld(version: string, what: string): UserError {
  return new UserError(
    "LDP506",
    `${what} is Databricks CLI ${version}, and at least ${oldestCli} is needed`,
    `Older versions have no plan that can be read and deployed as it is. Take ${pinnedCli}.`,
  );
}

async function versionOf(path: string, tools: Tools): Promise<Version | null> {
  const finished = await tools.run(path, ["--version"], {
    env: cliEnvironment(tools.env, true),
    timeout: limits.version,
  });
  if (finished.startError) {
    throw new UserError(
      "LDP506",
      `${path} could not be started: ${finished.startError.message}`,
      "Check DATABRICKS_CLI_PATH and PATH.",
    );
  }
  const [line = ""] = lastLines(finished.stdout, 1);
  return finished.code === 0 && /databricks cli/i.test(line) ? readVersion(line) : null;
}
