import { expect, test } from "vitest";
import { type FormatChange, FormatDiffs } from "../../../src/lint/format-diff.js";

function read(text: string, size = 5): FormatChange[] {
  const found: FormatChange[] = [];
  const diffs = new FormatDiffs((change) => found.push(change));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) diffs.add(bytes.subarray(at, at + size));
  diffs.end();
  return found;
}

test("reads each file's runs of changed lines, and the cells of a notebook", () => {
  const text = `--- /p/a.py
+++ /p/a.py
@@ -1,4 +1,5 @@
 import os
 
-def f( a ):
+
+def f(a):
     return a
@@ -20 +21 @@
-x=1
+x = 1

--- /p/n.ipynb:cell 2
+++ /p/n.ipynb:cell 2
@@ -1,2 +1,3 @@
 import os
-x=1
+
+x = 1
`;
  expect(read(text)).toMatchObject([
    {
      path: "/p/a.py",
      cell: null,
      runs: [
        [3, 3],
        [20, 20],
      ],
      diffLength: 10,
    },
    { path: "/p/n.ipynb", cell: 2, runs: [[2, 2]] },
  ]);
  expect(read(text, 1)).toEqual(read(text, 10_000));
});

test("a removed line that looks like a header stays in its hunk", () => {
  const text = "--- /p/a.sql.py\n+++ /p/a.sql.py\n@@ -1,2 +1,2 @@\n--- comment\n-++ x\n+-- comment\n+++ x\n";
  expect(read(text)).toMatchObject([{ path: "/p/a.sql.py", diff: { length: 5 } }]);
});

test.each(["", "garbage\n", '[{"a": 1}]\n', "--- a\n+++ a\n", "@@ -1 +1 @@\n-a\n+b\n"])(
  "%j changes nothing",
  (text) => {
    expect(read(text)).toEqual([]);
  },
);
