import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_ACTION_REF, initProject, renderInit } from "../../../src/commands/init.js";
import { renderTemplate } from "../../../src/template/template.js";
import { version } from "../../../src/version.js";

const folders: string[] = [];
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "ldp-init-"));
  folders.push(made);
  return made;
}
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
});

function filesOf(root: string, below = ""): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    if ([".venv", ".ldp", "__pycache__", ".pytest_cache", ".ruff_cache", ".databricks"].includes(entry.name)) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(files, filesOf(root, path));
    else files[path] = readFileSync(join(root, path), "utf8");
  }
  return files;
}

const example = { name: "shop", catalog: "main", schema: "shop", actionRef: DEFAULT_ACTION_REF };

describe("the template", () => {
  test("example-repo/ is the template with fixed values (npm run example)", () => {
    expect(filesOf("example-repo")).toEqual(Object.fromEntries(renderTemplate(example)));
  });

  test("no placeholder is left", () => {
    for (const [path, text] of renderTemplate(example)) expect(text, path).not.toMatch(/__LDP_/);
  });

  test("the version is package.json's", () => {
    expect(JSON.parse(readFileSync("package.json", "utf8")).version).toBe(version);
  });
});

describe("ldp init", () => {
  test("writes every file of the template, with the values in place", () => {
    const dir = join(folder(), "sales pipelines");
    const result = initProject(dir, { catalog: "lake", schema: "sales", actionRef: "acme/ldp@v2" });
    expect(result.written).toEqual([...renderTemplate(example).keys()]);
    expect(result.kept).toEqual([]);
    expect(renderInit(result)).toMatch(/ {2}config\.yml\n[\s\S]* {2}pipelines\/ldp\/ \(\d+ files of the engine\)\n/);
    const files = filesOf(dir);
    expect(files["databricks.yml"]).toContain("name: sales-pipelines\n");
    expect(files["databricks.yml"]).toContain("default: lake\n");
    expect(files["databricks.yml"]).toContain("schema: sales_dev\n");
    expect(files[".pre-commit-config.yaml"]).toContain("https://github.com/acme/ldp\n    rev: v2\n");
  });

  test("never overwrites a file, and names what it kept", () => {
    const dir = folder();
    writeFileSync(join(dir, "README.md"), "mine");
    const result = initProject(dir, { name: "shop" });
    expect(result.kept).toEqual(["README.md"]);
    expect(readFileSync(join(dir, "README.md"), "utf8")).toBe("mine");
    expect(renderInit(result)).toContain("Kept 1 file that was there before:\n  README.md\n");
  });

  test("a second run has nothing to write", () => {
    const dir = folder();
    initProject(dir, { name: "shop" });
    const again = initProject(dir, { name: "shop" });
    expect(again).toMatchObject({ written: [], kept: [], leftOut: [] });
    expect(renderInit(again)).toContain("Nothing to write");
  });

  test("leaves the example's tables out where the project has a config.yml of its own", () => {
    const dir = folder();
    writeFileSync(join(dir, "config.yml"), "version: 1\ntables: []\n");
    const result = initProject(dir, { name: "shop" });
    expect(result.kept).toEqual(["config.yml"]);
    expect(result.leftOut).toContain("transformations/gold/orders_gold.py");
    expect(result.written).toContain("databricks.yml");
    expect(filesOf(dir)["transformations/gold/orders_gold.py"]).toBeUndefined();
  });

  test("does not write through a link", () => {
    const [dir, elsewhere] = [folder(), folder()];
    symlinkSync(elsewhere, join(dir, "data"));
    expect(() => initProject(dir, { name: "shop" })).toThrow(/data is not a folder/);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(dir)).toEqual(["data"]);
  });

  test("keeps a folder that stands where a file belongs", () => {
    const dir = folder();
    mkdirSync(join(dir, "README.md"));
    expect(initProject(dir, { name: "shop" }).kept).toEqual(["README.md"]);
  });

  test.each([
    [{ name: "a b" }, '--name "a b"'],
    [{ catalog: "a.b" }, '--catalog "a.b"'],
    [{ schema: "" }, '--schema ""'],
    [{ actionRef: "v1" }, '--action-ref "v1"'],
  ])("refuses %j", (options, text) => {
    expect(() => initProject(folder(), options)).toThrow(`${text} can't be used`);
  });
});
