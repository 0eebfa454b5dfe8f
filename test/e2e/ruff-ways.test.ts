import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ruffVersions } from "../../src/lint/ruff-versions.js";
import { type LintOptions, runLint } from "../../src/lint/run.js";
import { runProcess } from "../../src/system/process.js";
import { pythonTools, wheels } from "../python-tools.js";
import { folderOf, linksTo } from "../unit/lint/folder.js";

// Each way to a ruff, with the real programs: PATH holds nothing but what the way needs.
const tools = pythonTools("ruff", "uv", "uvx", "python");
const version = Object.keys(ruffVersions)[0] ?? "";
const wheelhouse = wheels(`ruff==${version}`);
const unreachable = "the package index can't be reached, so that no wheel of ruff is here";

/** Files of the project that would lead pip and uv astray: an index that does not exist. */
const astray = {
  "transformations/a.py": "import os\n",
  "uv.toml": 'index-url = "https://index.invalid/simple"\nno-cache = true\noffline = true\n',
  "pip.conf": "[global]\nindex-url = https://index.invalid/simple\n",
  "pip.py": "raise SystemExit('the project was executed')\n",
  "pyproject.toml": '[[tool.uv.index]]\nurl = "https://index.invalid/simple"\ndefault = true\n',
};

function lint(
  programs: readonly string[],
  environment: Readonly<Record<string, string>>,
  more: Partial<LintOptions> = {},
) {
  return runLint({
    directory: folderOf(astray),
    fix: false,
    ruffVersion: null,
    inAction: false,
    environment: {
      PATH: linksTo(programs.map((name) => join(tools, name))),
      HOME: folderOf(),
      ...environment,
    },
    runProcess,
    ...more,
  });
}

const found = { diagnostics: [{ rule: "F401", file: "transformations/a.py", line: 1 }] };

test("PATH", async () => {
  expect(await lint(["ruff", "python"], {})).toMatchObject({ ...found, tool: { from: "PATH" } });
});

test("uvx, on a laptop", async (context) => {
  context.skip(wheelhouse === null, unreachable);
  const machine = folderOf({
    "uv.toml": `no-index = true
find-links = [${JSON.stringify(wheelhouse)}]
`,
  });
  const environment = {
    UV_CONFIG_FILE: join(machine, "uv.toml"),
    UV_PYTHON: join(tools, "python"),
    UV_CACHE_DIR: folderOf(),
  };
  expect(await lint(["uvx", "uv", "python"], environment)).toMatchObject({ ...found, tool: { version, from: "uvx" } });
});

test("pip with hashes, and its cache in the next run", async (context) => {
  context.skip(wheelhouse === null, unreachable);
  const environment = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheelhouse ?? "", RUNNER_TOOL_CACHE: folderOf() };
  const first = await lint(["python", "uvx", "uv"], environment, { inAction: true });
  expect(first).toMatchObject({ ...found, tool: { version, from: "pip" } });
  const second = await lint([], { RUNNER_TOOL_CACHE: environment.RUNNER_TOOL_CACHE }, { inAction: true });
  expect(second).toMatchObject({ ...found, tool: { version, from: "cache" } });
});

test("a wheel with another hash is refused", async (context) => {
  context.skip(wheelhouse === null, unreachable);
  // The newest version's wheel, given out as one of another version.
  const other = Object.keys(ruffVersions)[1] ?? "";
  const links = folderOf();
  const wheel = readdirSync(wheelhouse ?? "").find((name) => name.startsWith(`ruff-${version}-`)) ?? "";
  copyFileSync(join(wheelhouse ?? "", wheel), join(links, wheel.replace(version, other)));
  const environment = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: links, RUNNER_TOOL_CACHE: folderOf() };
  await expect(lint(["python"], environment, { inAction: true, ruffVersion: other })).rejects.toMatchObject({
    code: "LDP703",
    message: expect.stringMatching(/hash|HASH/),
  });
});

test("no ruff, no index", async () => {
  const environment = { PIP_NO_INDEX: "1", UV_PYTHON: join(tools, "python"), UV_OFFLINE: "1" };
  await expect(lint(["uvx", "uv", "python"], environment)).rejects.toMatchObject({ code: "LDP703" });
});
