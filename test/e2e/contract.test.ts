import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with a project in `project/`, and files beside it. */
function makeProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "ldp-contract-"));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, "project", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return join(folder, "project");
}

function ldp(project: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, "-C", project], { encoding: "utf8" });
  return { status, stdout, stderr };
}

function json(project: string, ...args: string[]) {
  const { status, stdout } = ldp(project, ...args, "--format", "json");
  return { status, ...JSON.parse(stdout) };
}

const places = (result: { diagnostics: { code: string; file: string | null }[] }) =>
  result.diagnostics.map(({ code, file }) => `${code} ${file}`);

const module = "import dlt\n\n\n@dlt.table\ndef a():\n    return spark.range(1)\n";
const tableOf = (path: string) =>
  `version: 1\ntables:\n  - {name: a, layer: bronze, module: ${JSON.stringify(path)}}\n`;

describe("a module that may not be one is not read", () => {
  it.each(["../secret.py", "../secret.sql", "transformations/../../secret.py"])(
    "outside of the project: %s",
    (path) => {
      const project = makeProject({
        "config.yml": tableOf(path),
        "../secret.py": "root:x:0\n",
        "../secret.sql": "root:x:0\n",
      });
      expect(places(json(project, "validate"))).toEqual(["LDP103 config.yml"]);
      const plan = json(project, "plan");
      expect(plan.tables[0]).toMatchObject({ code: null, kind: null });
      expect(ldp(project, "lint", "--format", "json").stdout).not.toContain("secret");
    },
  );

  it("by its absolute path", () => {
    const project = makeProject({ "../secret.py": "root:x:0\n" });
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, "config.yml"), tableOf(join(project, "../secret.py")));
    expect(places(json(project, "validate"))).toEqual(["LDP103 config.yml"]);
    expect(json(project, "plan").tables[0].code).toBe(null);
  });

  it.each(["py", "sql"])("a symbolic link: .%s", (ending) => {
    const path = `transformations/bronze/a.${ending}`;
    const project = makeProject({
      "config.yml": tableOf(path),
      "../secret": "root:x:0\n",
      "transformations/bronze/b": "",
    });
    symlinkSync("../../../secret", join(project, path));
    expect(places(json(project, "validate"))).toEqual(["LDP103 config.yml"]);
  });
});

describe("validate and a dataset that config.yml does not have", () => {
  const files = {
    "config.yml": "version: 1\ntables:\n  - {name: a, layer: bronze}\n",
    "transformations/bronze/a.py": module,
    "transformations/bronze/b.py": module.replace("def a", "def b"),
  };

  it("is a line for people, and nothing else: no diagnostic, the same status, silent without sources", () => {
    const project = makeProject(files);
    const { status, stdout } = ldp(project, "validate", "--strict");
    expect([status, stdout]).toEqual([
      0,
      "✓ 1 table: no problems\n" +
        "1 dataset is in the code but not in config.yml, so that no plan has it: b (transformations/bronze/b.py:5)\n",
    ]);
    expect(ldp(project, "validate", "--no-source").stdout).toBe("✓ 1 table: no problems\n");
    expect(json(project, "validate")).toMatchObject({ status: 0, valid: true, diagnostics: [] });
  });

  it("is silent while a table is not found, which it may be", () => {
    const project = makeProject({ ...files, "config.yml": tableOf("transformations/bronze/c.py") });
    expect(ldp(project, "validate").stdout).not.toContain("in the code but not");
  });
});

describe("--config", () => {
  const files = {
    "conf/ldp.yml": "version: 1\ntables:\n  - {name: a, layer: bronze}\n",
    "transformations/bronze/a.py": module,
  };

  it("is the same file however it is written", () => {
    const project = makeProject(files);
    const plans = ["conf/ldp.yml", "./conf/ldp.yml", "conf/../conf/ldp.yml", join(project, "conf/ldp.yml")].map(
      (path) => json(project, "plan", "--config", path).digest,
    );
    expect(plans[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(new Set(plans).size).toBe(1);
  });

  it("outside of the project is wrong usage", () => {
    const project = makeProject({ ...files, "../other.yml": "version: 1\ntables: []\n" });
    expect(json(project, "validate", "--config", "../other.yml")).toMatchObject({
      status: 2,
      schema: "ldp.error/1",
      code: "LDP901",
    });
  });
});

describe("the common options", () => {
  it("are known to explain and init too", () => {
    const project = makeProject({});
    expect(ldp(project, "explain", "LDP203", "--format", "text").stdout).toContain("LDP203");
    expect(ldp(project, "init", "new", "--format", "text").status).toBe(0);
    expect(existsSync(join(project, "new/config.yml"))).toBe(true);
  });

  it.each(["validate", "plan", "graph", "lint", "import"])(
    "%s --format json is one document where there is no project",
    (command) => {
      const project = makeProject({ "config.yml/file": "" });
      const { stdout } = ldp(project, command, "--format", "json");
      expect(JSON.parse(stdout).schema).toMatch(/^ldp\.\w+\/1$/);
    },
  );
});

describe("deploy", () => {
  it.each([
    ["no digest", ["--reviewed-plan", "sha256:abc"]],
    ["no environment of config.yml", []],
  ])("%s", (_why, args) => {
    const project = makeProject({ "config.yml": tableOf("a.py"), "a.py": module });
    const answer = json(project, "deploy", "--environment", "dev", ...args);
    expect(answer).toMatchObject({ status: 2, schema: "ldp.error/1", code: "LDP901" });
    expect(answer.message).toContain(args[0] ?? "environment");
  });
});

describe("graph --output", () => {
  it("leaves a wrong selection on stdout, and writes no file", () => {
    const project = makeProject({ "config.yml": tableOf("a.py"), "a.py": module });
    const file = join(project, "graph.json");
    const graph = json(project, "graph", "--tags", "none", "--output", file);
    expect(graph).toMatchObject({ status: 1, schema: "ldp.graph/1" });
    expect(places(graph)).toEqual(["LDP401 null"]);
    expect(existsSync(file)).toBe(false);
    expect(ldp(project, "graph", "--format", "json", "--output", file)).toMatchObject({ status: 0, stdout: "" });
    expect(JSON.parse(readFileSync(file, "utf8")).nodes).toHaveLength(1);
  });
});

describe("import", () => {
  it("writes nothing where there is no pipeline: status 1, and --format json is empty", () => {
    const project = makeProject({ "README.md": "# Shop\n" });
    const { status, stdout, stderr } = ldp(project, "import");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("nothing was written");
    expect(existsSync(join(project, "config.yml"))).toBe(false);
    expect(json(project, "import")).toMatchObject({ status: 0, tables: [], diagnostics: [] });
  });

  it("says which module of a pipeline does not parse", () => {
    const project = makeProject({
      "broken.py": "import dlt\n\ndef f(:\n",
      "tool.py": "print 'Python 2'\n",
      "a.py": module,
    });
    const found = json(project, "import");
    expect(found.status).toBe(1);
    expect(places(found)).toEqual(["LDP302 broken.py"]);
    expect(found.tables.map(({ name }: { name: string }) => name)).toEqual(["a"]);
  });

  it("into a folder that is missing names the file", () => {
    const project = makeProject({ "a.py": module });
    const { status, stderr } = ldp(project, "import", "--config", "none/config.yml");
    expect([status, stderr.split(":")[0]]).toEqual([2, "LDP904"]);
  });
});

describe("the project digest", () => {
  it("has every module under transformations/, whatever its folder is called", () => {
    const files = { "config.yml": tableOf("transformations/a.py"), "transformations/a.py": module };
    const before = json(makeProject(files), "plan").project;
    const after = json(makeProject({ ...files, "transformations/node_modules/x.py": "x = 1\n" }), "plan").project;
    expect(after).not.toBe(before);
    for (const left of ["transformations/__pycache__/x.py", "transformations/.hidden/x.py", "other/x.py"])
      expect(json(makeProject({ ...files, [left]: "x = 1\n" }), "plan").project).toBe(before);
  });
});
