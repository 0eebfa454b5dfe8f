import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

const table = (name: string, reads: string, kind = "materialized_view") => `"""The ${name} table."""

from pyspark import pipelines as dp
from transformations.shared.dates import year


@dp.${kind}
def ${name}():
    """What ${name} holds."""
    return ${kind === "table" ? "spark.readStream" : "spark.read"}.table("${reads}").where(year())
`;
const files = {
  "config.yml": `version: 1
tables:
  - name: raw
    layer: bronze
    tags: [daily]
  - name: clean
    layer: silver
    depends_on: [raw]
  - name: mart
    layer: gold
    depends_on: [clean]
  - name: other
    layer: bronze
`,
  "transformations/bronze/raw.py": table("raw", "external.raw", "table"),
  "transformations/silver/clean.py": table("clean", "raw"),
  "transformations/gold/mart.py": table("mart", "clean"),
  "transformations/bronze/other.py": table("other", "external.other")
    .replace(/from transformations.*\n/, "")
    .replace("year()", '"x"'),
  "transformations/shared/dates.py": 'def year():\n    return "year = 2026"\n',
};

describe.each(["", "teams/sales"])("plan --base, with the project in %j", (folder) => {
  let top: string;
  let project: string;
  const write = (changes: Record<string, string>) => {
    for (const [path, text] of Object.entries(changes)) {
      mkdirSync(dirname(join(project, path)), { recursive: true });
      writeFileSync(join(project, path), text);
    }
  };
  const git = (...args: string[]) =>
    execFileSync(
      "git",
      ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false", ...args],
      {
        cwd: top,
        encoding: "utf8",
      },
    );
  const plan = (...args: string[]) => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [cli, "plan", "-C", project, "--base", "HEAD", "--format", "json", ...args],
      {
        encoding: "utf8",
      },
    );
    return { status, ...JSON.parse(stdout) };
  };
  /** What changed: `change: reasons` by table, unchanged ones left out. */
  const changes = (edits: Record<string, string>) => {
    write(edits);
    const { status, base, tables } = plan();
    expect(status).toBe(0);
    expect(base).toEqual({ ref: "HEAD", commit: git("rev-parse", "HEAD").trim() });
    git("checkout", "--quiet", "--", ".");
    git("clean", "--quiet", "-fd");
    return Object.fromEntries(
      tables
        .filter(({ change }: { change: string }) => change !== "unchanged")
        .map(({ name, change, reasons }: Record<string, string | string[]>) => [
          name,
          [change, ...(reasons as string[])],
        ]),
    );
  };

  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), "ldp-base-"));
    project = join(top, folder);
    write(files);
    git("init", "--quiet");
    git("add", "--all");
    git("commit", "--quiet", "--message", "base");
  });
  afterAll(() => rmSync(top, { recursive: true, force: true }));

  const clean = files["transformations/silver/clean.py"];
  const config = files["config.yml"];

  test("nothing changes without an edit", () => {
    expect(changes({})).toEqual({});
  });

  test("comments, docstrings, quotes, formatting and line ends are no change", () => {
    const edited = `# new\n${clean}`
      .replace("What clean holds.", "Something else.")
      .replaceAll('"raw"', "'raw'")
      .replace("year())", "year(), )")
      .replaceAll("\n", "\r\n");
    expect(edited).not.toBe(clean);
    expect(changes({ "transformations/silver/clean.py": edited.replace("year(), )", "( year() ))") })).toEqual({});
  });

  test("the order of keys and of tables in config.yml is no change", () => {
    const edited = config
      .replace("  - name: other\n    layer: bronze\n", "")
      .replace("tables:\n", "tables:\n  - layer: bronze\n    name: other\n");
    expect(changes({ "config.yml": edited })).toEqual({});
  });

  test("code, and what is downstream", () => {
    expect(changes({ "transformations/silver/clean.py": clean.replace("year()", '"a > 1"') })).toEqual({
      clean: ["modified", "code"],
      mart: ["affected", "upstream clean"],
    });
  });

  test("a helper modifies every table that imports it", () => {
    const helper = "helper transformations/shared/dates.py";
    expect(changes({ "transformations/shared/dates.py": 'def year():\n    return "year = 2027"\n' })).toEqual({
      raw: ["modified", helper],
      clean: ["modified", helper],
      mart: ["modified", helper],
    });
    expect(
      changes({ "transformations/shared/dates.py": 'def year():\n    # this year\n    return "year = 2026"\n' }),
    ).toEqual({});
  });

  test("a flow in a module that config.yml does not name modifies its table", () => {
    const flow = (x: number) =>
      `CREATE FLOW more AS INSERT INTO raw BY NAME SELECT * FROM STREAM a.b.c WHERE x = ${x};\n`;
    const modified = {
      raw: ["modified", "code"],
      clean: ["affected", "upstream raw"],
      mart: ["affected", "upstream raw"],
    };
    expect(changes({ "transformations/bronze/more.sql": flow(1) })).toEqual(modified);
    write({ "transformations/bronze/more.sql": flow(1) });
    git("add", "--all");
    git("commit", "--quiet", "--message", "flow");
    expect(changes({ "transformations/bronze/more.sql": `-- the same\n${flow(1)}` })).toEqual({});
    expect(changes({ "transformations/bronze/more.sql": flow(2) })).toEqual(modified);
    git("reset", "--quiet", "--hard", "HEAD~1");
  });

  test("a file that the code opens by its path modifies what opens it", () => {
    const opening = clean.replace("year()", 'open("queries/clean.sql").read()');
    write({ "transformations/silver/clean.py": opening, "queries/clean.sql": "a > 1\n" });
    git("add", "--all");
    git("commit", "--quiet", "--message", "file");
    expect(changes({ "queries/clean.sql": "a > 2\n" })).toEqual({
      clean: ["modified", "code"],
      mart: ["affected", "upstream clean"],
    });
    git("reset", "--quiet", "--hard", "HEAD~1");
  });

  test("kind", () => {
    const edited = table("clean", "raw", "table");
    expect(changes({ "transformations/silver/clean.py": edited }).clean).toEqual([
      "modified",
      "code",
      "kind: materialized_view -> streaming_table",
    ]);
  });

  test("tags and descriptions affect nothing downstream", () => {
    const edited = config.replace("tags: [daily]", "tags: [critical]\n    description: Raw.");
    expect(changes({ "config.yml": edited })).toEqual({ raw: ["modified", "tags: +critical -daily", "description"] });
  });

  test("added, removed and renamed", () => {
    const module = "transformations/gold/mart2.py";
    const renamed = config.replace("name: mart", "name: mart2");
    expect(changes({ "config.yml": renamed, [module]: table("mart2", "clean") })).toEqual({
      mart: ["removed", "renamed to mart2"],
      mart2: ["added", "renamed from mart"],
    });
    const dropped = config.replace("  - name: other\n    layer: bronze\n", "");
    expect(changes({ "config.yml": dropped })).toEqual({ other: ["removed"] });
  });

  test("state:modified selects what changed, and with + what it affects", () => {
    write({ "transformations/silver/clean.py": clean.replace("year()", '"a > 1"') });
    expect(plan("--select", "state:modified").stages).toEqual([["clean"]]);
    expect(plan("--select", "state:modified+").stages).toEqual([["clean"], ["mart"]]);
    git("checkout", "--quiet", "--", ".");
    expect(plan("--select", "state:modified")).toMatchObject({
      status: 1,
      digest: null,
      diagnostics: [{ code: "LDP403" }],
    });
  });

  test("a base without config.yml has every table added; one that can't be read says so", () => {
    git("rm", "--quiet", "--cached", join(folder, "config.yml"));
    git("commit", "--quiet", "--message", "without");
    expect(plan().tables.map(({ change }: { change: string }) => change)).toEqual(["added", "added", "added", "added"]);
    writeFileSync(join(project, "config.yml"), "tables: [\n");
    git("add", "--all");
    git("commit", "--quiet", "--message", "broken");
    write({ "config.yml": config });
    expect(plan()).toMatchObject({ status: 0, base: null, base_missing: expect.stringContaining("LDP102") });
    expect(plan("--select", "state:modified+")).toMatchObject({
      status: 1,
      diagnostics: [
        { code: "LDP404", message: expect.stringContaining("LDP102"), hint: expect.not.stringContaining("Give") },
      ],
    });
  });
});

test("a folder that is in no repository, and a revision that is none: exit 2 and LDP903", () => {
  const folder = mkdtempSync(join(tmpdir(), "ldp-norepo-"));
  try {
    writeFileSync(join(folder, "config.yml"), "version: 1\ntables: []\n");
    const { status, stdout } = spawnSync(
      process.execPath,
      [cli, "plan", "-C", folder, "--base", "HEAD", "--format", "json"],
      {
        encoding: "utf8",
        env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
      },
    );
    expect([status, JSON.parse(stdout)]).toMatchObject([2, { schema: "ldp.error/1", code: "LDP903" }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
