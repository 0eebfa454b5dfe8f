import { expect, test } from "vitest";
import { readDiff } from "../../../src/action/touched.js";

test("the new lines of each file, also where a line looks like a header", () => {
  const diff = [
    "diff --git a/a.py b/a.py",
    "--- a/a.py",
    "+++ b/a.py",
    "@@ -1 +1,2 @@ def f():",
    "--- a/old",
    "+++ b/other.py",
    "+two",
    "@@ -9,2 +10,0 @@",
    "-x",
    "-y",
    "\\ No newline at end of file",
    "@@ -20,0 +19 @@",
    "+z",
    "diff --git a/new.py b/new.py",
    "new file mode 100644",
    "--- /dev/null",
    '+++ "b/na\\"me.py"',
    "@@ -0,0 +1,3 @@",
    "+a",
    "+b",
    "+c",
    "",
  ].join("\n");
  expect(Object.fromEntries(readDiff(diff))).toEqual({
    "a.py": [
      [1, 2],
      [19, 19],
    ],
    'na"me.py': [[1, 3]],
  });
});
