import { expect, test } from "vitest";
import { cutLines, type Edit, fixDiff } from "../../../src/lint/fix-diff.js";

const edit = (startRow: number, startColumn: number, endRow: number, endColumn: number, content: string): Edit => ({
  content,
  start: { row: startRow, column: startColumn },
  end: { row: endRow, column: endColumn },
});
const lines = (text: string) => text.split("\n");

test("shows a line that is removed, with a line of context", () => {
  expect(fixDiff(lines("import os\nimport sys\n\nx = sys\n"), [edit(2, 1, 3, 1, "")])).toBe(
    "@@ -1,3 +1,2 @@\n import os\n-import sys\n ",
  );
});

test("shows a change within a line, columns counted in characters", () => {
  expect(fixDiff(lines("\u{1F600} = 'é' + old\n"), [edit(1, 11, 1, 14, "new")])).toBe(
    "@@ -1,1 +1,1 @@\n-\u{1F600} = 'é' + old\n+\u{1F600} = 'é' + new",
  );
});

test("joins edits that are near, and numbers later hunks as they come out", () => {
  const text = lines("a\nb\nc\nd\ne\nf\ng\n");
  expect(fixDiff(text, [edit(7, 1, 7, 2, "G"), edit(1, 1, 2, 1, ""), edit(2, 1, 2, 2, "B")])).toBe(
    "@@ -1,3 +1,2 @@\n-a\n-b\n+B\n c\n@@ -6,2 +5,2 @@\n f\n-g\n+G",
  );
});

test("an edit at the end of the file, and past it", () => {
  expect(fixDiff(lines("a"), [edit(1, 2, 1, 2, "\n")])).toBe("@@ -1,1 +1,2 @@\n a\n+");
  expect(fixDiff(lines("a\n"), [edit(9, 1, 9, 1, "b\n")])).toBe("");
});

test("nothing changes: nothing is shown", () => {
  expect(fixDiff(lines("a\nb\n"), [edit(1, 1, 1, 2, "a")])).toBe("");
  expect(fixDiff(lines("a\n"), [])).toBe("");
});

test("a long diff is cut, and says so", () => {
  expect(cutLines(["a", "b", "c", "d"], 3)).toEqual(["a", "b", "… 2 more lines"]);
  expect(cutLines(["a", "b"], 2)).toEqual(["a", "b"]);
});
