import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/commands/program.js";

const text = { color: false, width: 0 };
const module = (name: string, body: string) =>
  `import dlt\n\n\n@dlt.table(name="${name}")\ndef ${name}():\n    return ${body}\n`;
const raw = { "transformations/bronze/raw.py": module("raw", 'spark.read.table("files.delivered")') };

/** What docs/errors.md says of declared and read dependencies, as a user meets it. */
test.each([
  [
    "LDP304",
    "[]",
    { ...raw, "transformations/silver/clean.py": module("clean", 'dlt.read("raw")') },
    "transformations/silver/clean.py",
    6,
  ],
  [
    "LDP305",
    "[raw]",
    { ...raw, "transformations/silver/clean.py": module("clean", 'dlt.read("files.other")') },
    "config.yml",
    4,
  ],
  [
    "LDP306",
    "[raw]",
    { ...raw, "transformations/silver/clean.py": module("clean", 'dlt.read(spark.conf.get("source"))') },
    "transformations/silver/clean.py",
    6,
  ],
  [
    "LDP307",
    "[raw]",
    {
      ...raw,
      "transformations/silver/clean.py": `${module("clean", 'dlt.read("raw")')}\n\n${module("raw", 'dlt.read("files.other")')}`,
    },
    "transformations/silver/clean.py",
    13,
  ],
])("%s", async (code, dependsOn, modules, file, line) => {
  const config = `version: 1\ntables:\n  - {name: raw, layer: bronze}\n  - {name: clean, layer: silver, depends_on: ${dependsOn}}\n`;
  const folder = project({ "config.yml": config, ...modules });
  const { stdout } = await runCli(["validate", "-C", folder, "--format", "json"], text);
  rmSync(folder, { recursive: true });
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: readonly { code: string; file: string; line: number }[];
  };
  const found = diagnostics.filter((one) => one.code === code).map((one) => [one.file, one.line]);
  expect(found, stdout).toEqual([[file, line]]);
});

test("a bug ends as LDP902 with its stack on stderr, and status 2", async () => {
  const broken = {
    width: 0,
    get color(): boolean {
      throw new TypeError("this must not happen");
    },
  };
  const folder = project({ "config.yml": "version: 1\ntables: []\n" });
  const { exit, stderr } = await runCli(["validate", "-C", folder], broken);
  rmSync(folder, { recursive: true });
  expect(exit).toBe(2);
  expect(stderr).toMatch(/^LDP902: internal error, a bug of ldp: TypeError: this must not happen\n +at /);
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "ldp-docs-"));
  for (const [path, body] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), body);
  }
  return folder;
}
