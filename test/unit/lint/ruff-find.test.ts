import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type FindOptions, findRuff } from "../../../src/lint/ruff-find.js";
import { ruffVersions } from "../../../src/lint/ruff-versions.js";
import { type RunProcess, runProcess } from "../../../src/system/process.js";
import { folderOf, programs } from "./folder.js";

const newest = Object.keys(ruffVersions)[0] ?? "";

interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Finds ruff with the given programs on PATH and nothing else, and tells what was started. */
async function find(
  bodies: Readonly<Record<string, string>>,
  more: Partial<FindOptions> & {
    project?: Readonly<Record<string, string>>;
    env?: Readonly<Record<string, string>>;
  } = {},
) {
  const { project = {}, env = {}, ...options } = more;
  const directory = folderOf(project);
  const calls: Call[] = [];
  const recording: RunProcess = (command, args, run) => {
    calls.push({ command, args, cwd: run.cwd, env: run.env ?? {} });
    return runProcess(command, args, run);
  };
  const found = findRuff({
    directory,
    inAction: false,
    ruffVersion: null,
    environment: { PATH: programs(bodies), LDP_CACHE_DIR: folderOf(), ...env },
    runProcess: recording,
    ...options,
  });
  const outcome = await found.then(
    (ruff) => ({ ruff, error: null }),
    (error: unknown) => ({ ruff: null, error }),
  );
  return { ...outcome, calls, directory };
}

const pinned = (version: string) => ({ "pyproject.toml": `[dependency-groups]\ndev = ["ruff==${version}"]\n` });
/** A pip that installs a ruff which prints a version. */
const pip = (version: string) =>
  `
case "$*" in
  "-m pip --version") echo "pip 26.0";;
  *"-m pip install"*)
    while [ "$1" != "--target" ]; do shift; done
    mkdir -p "$2/bin" && printf '#!/bin/sh\\necho ruff ${version}\\n' > "$2/bin/ruff" && chmod +x "$2/bin/ruff";;
esac`
    .replaceAll("mkdir", "/bin/mkdir")
    .replaceAll("chmod", "/bin/chmod");

test("takes the ruff on PATH", async () => {
  const { ruff } = await find({ ruff: "echo ruff 0.16.1", uvx: "exit 1", python3: "exit 1" });
  expect(ruff).toMatchObject({ version: "0.16.1", from: "PATH", prefix: [] });
});

test("a relative entry of PATH finds nothing", async () => {
  const { error } = await find({}, { env: { PATH: ".:bin:" }, project: { ruff: "" } });
  expect(error).toMatchObject({ code: "LDP703" });
});

test("on a laptop uvx comes second, with the version that the project asks for, outside the project", async () => {
  const { ruff, calls, directory } = await find(
    { uvx: "echo ruff 0.16.1", python3: pip("0.16.1") },
    { project: pinned("0.16.1") },
  );
  expect(ruff).toMatchObject({ from: "uvx", prefix: ["--quiet", "--from", "ruff==0.16.1", "ruff"] });
  expect(calls).toHaveLength(1);
  expect(calls[0]?.cwd).not.toContain(directory);
});

test("`uv tool run` does where there is no uvx", async () => {
  const { ruff } = await find({ uv: "echo ruff 0.16.1" }, { project: pinned("0.16.1") });
  expect(ruff).toMatchObject({ from: "uvx", prefix: ["tool", "run", "--quiet", "--from", "ruff==0.16.1", "ruff"] });
});

test("in the action uvx is left alone: pip comes second, with hashes and wheels only", async () => {
  const { ruff, calls } = await find({ uvx: "echo ruff 0.17.6", python3: pip(newest) }, { inAction: true });
  expect(ruff).toMatchObject({ version: newest, from: "pip" });
  const install = calls.find(({ args }) => args.includes("install"))?.args ?? [];
  expect(install).toEqual(
    expect.arrayContaining(["--require-hashes", "--only-binary", ":all:", "--no-deps", "--target"]),
  );
});

test("what pip installed is found by the next run", async () => {
  const env = { LDP_CACHE_DIR: folderOf() };
  expect((await find({ python3: pip(newest) }, { env })).ruff).toMatchObject({ from: "pip" });
  const second = await find({}, { env });
  expect(second.ruff).toMatchObject({ from: "cache", version: newest });
});

test("a broken ruff in the cache is installed anew", async () => {
  const env = { LDP_CACHE_DIR: folderOf() };
  expect((await find({ python3: pip("0.0.1") }, { env })).error).toMatchObject({ code: "LDP703" });
  expect((await find({ python3: pip(newest) }, { env })).ruff).toMatchObject({ from: "pip", version: newest });
  expect((await find({}, { env })).ruff).toMatchObject({ from: "cache", version: newest });
});

test("the runner's tool cache is used in the action", async () => {
  const tools = folderOf();
  const { ruff } = await find(
    { python3: pip(newest) },
    { inAction: true, env: { LDP_CACHE_DIR: "", RUNNER_TOOL_CACHE: tools } },
  );
  expect(ruff?.command.startsWith(join(tools, "ldp"))).toBe(true);
});

test.each([
  ["the newest, when nobody asks", {}, null, newest],
  ["what pyproject.toml asks for", pinned("0.16.2"), null, "0.16.2"],
  ["the newest that a range allows", { "ruff.toml": 'required-version = "<0.17"' }, null, "0.16.10"],
  ["the input, when the project asks for nothing", {}, "0.15", "0.15.22"],
  ["the input within the project's range", { "ruff.toml": 'required-version = ">=0.16"' }, "0.16.3", "0.16.3"],
  ["the project before the input", pinned("0.16.2"), "0.15.22", "0.16.2"],
])("installs %s", async (_, project: Record<string, string>, ruffVersion, version) => {
  expect((await find({ python3: pip(version) }, { inAction: true, project, ruffVersion })).ruff?.version).toBe(version);
});

test("a wrong version on PATH is passed over", async () => {
  const { ruff } = await find(
    { ruff: "echo ruff 0.15.0", python3: pip("0.16.2") },
    { project: pinned("0.16.2"), inAction: true },
  );
  expect(ruff).toMatchObject({ version: "0.16.2", from: "pip" });
});

test("a wrong version on PATH, and nothing else to be had: says which was asked for and by whom", async () => {
  const { error } = await find({ ruff: "echo ruff 0.15.0" }, { project: pinned("0.16.2") });
  expect(error).toMatchObject({
    code: "LDP705",
    message:
      "ruff 0.15.0 on PATH is not what pyproject.toml, dependency-groups.dev asks for (==0.16.2), and 0.16.2 could not be installed: there is no Python on PATH",
  });
});

test("a version without known hashes is not installed", async () => {
  const { error, calls } = await find({ python3: pip("0.5.0") }, { project: pinned("0.5.0"), inAction: true });
  expect(error).toMatchObject({ code: "LDP705", message: expect.stringContaining("asks for ruff ==0.5.0") });
  expect(calls).toEqual([]);
});

test.each([
  ["there is no Python", {}, "there is no Python on PATH"],
  ["Python has no pip", { python3: "echo No module named pip >&2; exit 1" }, "python3 has no working pip"],
  [
    "the network is down",
    { python3: 'case "$*" in *--version) ;; *) echo "ERROR: No matching distribution" >&2; exit 1;; esac' },
    "pip ended with status 1: ERROR: No matching distribution",
  ],
])("%s: one error that says so", async (_, bodies: Record<string, string>, reason) => {
  const { error } = await find(bodies, { inAction: true });
  expect(error).toMatchObject({ code: "LDP703", message: `ruff is not on PATH and could not be installed: ${reason}` });
});

test.each([
  ["crashes", "echo Segmentation fault >&2; exit 139", "ended with status 139: Segmentation fault"],
  ["prints garbage", "echo '\\033[31mhello'", "ended with status 0: [31mhello"],
  ["is killed", "kill -9 $$", "was ended by SIGKILL"],
])("a ruff on PATH that %s is an error, not passed over", async (_, body, message) => {
  const { error } = await find({ ruff: body, python3: pip(newest) });
  expect(error).toMatchObject({ code: "LDP704", message: expect.stringContaining(message) });
});

test("what a version manager leaves for a ruff that it does not have is passed over", async () => {
  const { ruff } = await find({ ruff: "echo 'pyenv: ruff: command not found' >&2; exit 127", python3: pip(newest) });
  expect(ruff).toMatchObject({ from: "pip" });
});

test("an input that is no version is wrong usage", async () => {
  expect((await find({}, { ruffVersion: "latest" })).error).toMatchObject({ code: "LDP901" });
});

test("settings of the machine reach pip; those that lead into the project do not, and no credentials", async () => {
  const directory = folderOf({ "pip.conf": "[global]\nno-index = true\n", "wheels/x": "", "repo.git": "" });
  const { calls } = await find(
    { python3: pip(newest) },
    {
      directory,
      inAction: true,
      env: {
        PIP_INDEX_URL: "https://mirror.invalid/simple",
        PIP_CONFIG_FILE: join(directory, "pip.conf"),
        PIP_FIND_LINKS: "wheels",
        UV_CONFIG_FILE: `file://${directory}/pip.conf`,
        PYTHONPATH: directory,
        PIP_USER: "1",
        INPUT_GITHUB_TOKEN: "secret",
        DATABRICKS_CLIENT_SECRET: "secret",
      },
    },
  );
  const install = calls.find(({ args }) => args.includes("install"));
  expect(install?.env).toMatchObject({ PIP_INDEX_URL: "https://mirror.invalid/simple", PIP_USER: "0" });
  for (const name of [
    "PIP_CONFIG_FILE",
    "PIP_FIND_LINKS",
    "UV_CONFIG_FILE",
    "PYTHONPATH",
    "INPUT_GITHUB_TOKEN",
    "DATABRICKS_CLIENT_SECRET",
  ])
    expect(install?.env).not.toHaveProperty(name);
  expect(install?.cwd?.startsWith(directory)).toBe(false);
  expect(existsSync(install?.cwd ?? "/")).toBe(false);
});

test("every version of the table has the hashes of wheels for all systems", () => {
  for (const [version, hashes] of Object.entries(ruffVersions)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(new Set(hashes).size, version).toBeGreaterThanOrEqual(12);
    expect(hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  }
  expect(readFileSync("src/lint/ruff-versions.ts", "utf8")).not.toMatch(/https?:/);
});
