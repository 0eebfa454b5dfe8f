import { expect, test } from "vitest";
import { readNotebook } from "../../../src/lint/notebook.js";

test("finds the line of the file for each line of a cell", () => {
  const text = `{
 "cells": [
  {"cell_type": "markdown", "metadata": {"a": [1, true, null, -1.5e3]}, "source": ["# \\"hi\\"\\n", "there"]},
  {
   "cell_type": "code",
   "source": [
    "import os\\n",
    "x = 1"
   ]
  },
  {"cell_type": "code", "source": "a = 1\\nb = 2\\n"},
  {"cell_type": "code", "source": []}
 ],
 "nbformat": 4
}`;
  expect(readNotebook(text)).toEqual([
    { lines: ['# "hi"', "there"], fileLines: [3, 3] },
    { lines: ["import os", "x = 1"], fileLines: [7, 8] },
    { lines: ["a = 1", "b = 2"], fileLines: [11, 11] },
    { lines: [], fileLines: [] },
  ]);
});

test.each(["", "{", "[]", "{}", '{"cells": 3}', '{"cells": [', `${"[".repeat(100_000)}`, '{"cells": "x', '{"a" 1}'])(
  "%.20s is no notebook",
  (text) => {
    expect(readNotebook(text)).toBeNull();
  },
);
