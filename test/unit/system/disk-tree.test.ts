import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TreeError } from "../../../src/project/tree.js";
import { diskTree } from "../../../src/system/disk-tree.js";

let above = "";
let project = "";

beforeAll(() => {
  above = mkdtempSync(join(tmpdir(), "ldp-tree-"));
  project = join(above, "project");
  for (const folder of ["project/a/b", "project/.hidden", "project/node_modules", "project/a/node_modules", "shared"])
    mkdirSync(join(above, folder), { recursive: true });
  for (const file of ["a/b/x.py", "a/y.sql", ".hidden/z.py", "node_modules/n.py", "a/node_modules/m.py"])
    writeFileSync(join(project, file), file);
  writeFileSync(join(above, "shared/s.py"), "s");
  symlinkSync(join(above, "shared"), join(project, "linked"));
  symlinkSync(join(above, "shared/s.py"), join(project, "a/link.py"));
});

afterAll(() => rmSync(above, { recursive: true }));

test.each([
  ["a/b/x.py", "file"],
  ["a/b", "directory"],
  ["a/b/none.py", "missing"],
  ["none/x.py", "missing"],
  ["a/y.sql/x.py", "missing"],
  ["a/link.py", "symlink"],
  ["linked", "symlink"],
  ["linked/s.py", "symlink"],
  ["../shared/s.py", "file"],
  ["../shared/none.py", "missing"],
])("what stands at %s: %s", (path, kind) => {
  const tree = diskTree(project);
  expect(tree.kind(path)).toBe(kind);
  expect(tree.kind(path)).toBe(kind);
});

test("lists regular files, without links, dot folders and the packages of Node at the top", () => {
  const tree = diskTree(project);
  expect(tree.list("")).toEqual(["a/b/x.py", "a/node_modules/m.py", "a/y.sql"]);
  expect(tree.list("a/b")).toEqual(["a/b/x.py"]);
  expect(tree.list("linked")).toEqual([]);
  expect(tree.list("none")).toEqual([]);
});

test("reads files, and nothing behind a link", () => {
  const tree = diskTree(project);
  expect(new TextDecoder().decode(tree.read("a/b/x.py"))).toBe("a/b/x.py");
  expect(() => tree.read("linked/s.py")).toThrow(TreeError);
  expect(() => tree.read("a/link.py")).toThrow("symbolic link");
  expect(() => tree.read("a/b")).toThrow("directory");
  expect(() => tree.read("a/none.py")).toThrow("does not exist");
});
