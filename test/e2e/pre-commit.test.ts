import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DEFAULT_ACTION_REF, initProject } from "../../src/commands/init.js";
import { version } from "../../src/version.js";
import { pythonTools, wheels } from "../python-tools.js";
import { folderOf } from "../unit/lint/folder.js";

// The real pre-commit on a new project. The hooks of this repository come from a local clone of it, in the place of the address that
// the template names; the tools of the other hooks from a folder of wheels.
const tools = pythonTools("pre-commit", "ruff");
const packages = [...readFileSync("templates/pre-commit-config.yaml", "utf8").matchAll(/"([\w-]+==[\d.]+)"/g)].map(
  ([, one]) => one ?? "",
);
const wheelhouse = wheels(...packages, "setuptools==84.2.1");
const unreachable = "the package index can't be reached, so that the hooks' tools can't be installed";
const address = `https://github.com/${DEFAULT_ACTION_REF.split("@")[0]}`;

let clone = "";
let cache = "";

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), "ldp-clone-"));
  cache = mkdtempSync(join(tmpdir(), "ldp-hooks-"));
  git(clone, "clone", "-q", "--no-hardlinks", resolve("."), clone);
  // What is built and not committed yet takes part.
  for (const path of ["dist", ".pre-commit-hooks.yaml", "templates"])
    cpSync(path, join(clone, path), { recursive: true });
  commit(clone);
  git(clone, "tag", "-f", `v${version}`);
});

afterAll(() => {
  for (const folder of [clone, cache]) rmSync(folder, { recursive: true, force: true });
});

function git(folder: string, ...args: readonly string[]): string {
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@b.c",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@b.c",
  };
  const result = spawnSync("git", args, { cwd: folder, encoding: "utf8", env });
  if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
  return result.stdout;
}

function commit(folder: string): void {
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "--allow-empty", "-m", "x");
}

function newProject(): string {
  const folder = folderOf();
  initProject(folder, { name: "shop" });
  git(folder, "init", "-q", "-b", "main");
  commit(folder);
  return folder;
}

/** Runs all hooks, or those of another config file, over all files. */
function preCommit(folder: string, ...args: readonly string[]): { status: number | null; output: string } {
  const env = {
    ...process.env,
    PATH: `${tools}:${process.env.PATH}`,
    PRE_COMMIT_HOME: cache,
    PRE_COMMIT_COLOR: "never",
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: wheelhouse ?? "",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.${clone}.insteadOf`,
    GIT_CONFIG_VALUE_0: address,
  };
  const result = spawnSync(
    join(tools, "pre-commit"),
    ["run", "--all-files", "--config", ".pre-commit-config.yaml", ...args],
    { cwd: folder, encoding: "utf8", env },
  );
  return { status: result.status, output: result.stdout + result.stderr };
}

describe("the hooks of the template", () => {
  test("pass on a new project, and fail on a broken one", (context) => {
    context.skip(wheelhouse === null, unreachable);
    const folder = newProject();
    const fine = preCommit(folder);
    expect(fine.output).not.toMatch(/Failed|Skipped|warning/i);
    expect(fine.status).toBe(0);
    expect(fine.output.match(/\.Passed/g)).toHaveLength(4);

    const broken = (path: string, text: string, hook: string) => {
      appendFileSync(join(folder, path), text);
      git(folder, "add", "-A");
      const { status, output } = preCommit(folder);
      expect(status).toBe(1);
      expect(output.split("\n").filter((line) => line.endsWith("Failed"))).toEqual([
        expect.stringMatching(`^${hook}\\.`),
      ]);
      git(folder, "reset", "-q", "--hard");
      return output;
    };
    broken("tests/test_orders.py", "\nx  =  1\n", "black");
    expect(broken("tests/test_orders.py", "\n\nprint(nowhere)\n", "ruff")).toContain("F821");
    broken("workflows/etl_job.yml", "\n  - [\n", "check yaml");
    expect(broken("config.yml", "\nnonsense: 1\n", "ldp validate")).toContain("LDP103");
    // Three environments of Python are made on the way.
  }, 400_000);

  test("name the tools at the versions that are tested", () => {
    const requirements = readFileSync("test/python/requirements.txt", "utf8").split("\n");
    expect(packages.filter((one) => !requirements.includes(one))).toEqual([]);
    expect(packages).toHaveLength(3);
  });
});

describe(".pre-commit-hooks.yaml", () => {
  const hooks = parse(readFileSync(".pre-commit-hooks.yaml", "utf8")) as readonly { id: string; entry: string }[];

  test("offers the three hooks, which run a file that can be executed", () => {
    expect(hooks.map(({ id }) => id)).toEqual(["ldp-validate", "ldp-lint", "ldp-graph"]);
    for (const { entry } of hooks) expect(entry).toMatch(/^dist\/cli\.js /);
    expect(statSync("dist/cli.js").mode & 0o111).toBe(0o111);
    expect(readFileSync("dist/cli.js", "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(git(clone, "ls-files", "--stage", "dist/cli.js")).toMatch(/^100755 /);
  });

  test("each passes where it should, and fails where it should", () => {
    const folder = newProject();
    const ids = hooks.map(({ id }) => `      - id: ${id}\n`).join("");
    writeFileSync(
      join(folder, ".pre-commit-config.yaml"),
      `repos:\n  - repo: ${address}\n    rev: v${version}\n    hooks:\n${ids}`,
    );
    commit(folder);
    const first = preCommit(folder);
    expect(first.output).not.toMatch(/Failed|warning/i);
    expect(readFileSync(join(folder, "dag.mmd"), "utf8")).toMatch(/^(%%|---|flowchart|graph)/);
    commit(folder);
    expect(preCommit(folder).status).toBe(0);

    rmSync(join(folder, "dag.mmd"));
    writeFileSync(join(folder, "dag.mmd"), "flowchart LR\n");
    git(folder, "add", "-A");
    expect(preCommit(folder, "ldp-graph")).toMatchObject({
      status: 1,
      output: expect.stringContaining("files were modified by this hook"),
    });
    writeFileSync(join(folder, "tests/test_orders.py"), "import os\n");
    git(folder, "add", "-A");
    expect(preCommit(folder, "ldp-lint")).toMatchObject({ status: 1, output: expect.stringContaining("LDP701") });
    expect(existsSync(join(folder, ".ruff_cache"))).toBe(false);
  });
});
