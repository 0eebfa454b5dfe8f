import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePython } from "../../../src/source/python/parse.js";
import { serialise } from "../../../src/source/python/serialise.js";
import { pythonTools } from "../../python-tools.js";

/**
 * Two texts have the same fingerprint just where CPython makes the same tree of them: on texts made at random, of which many differ in
 * brackets alone. Other texts: `LDP_TREES_SEED=2 LDP_TREES=20000 npm run test:unit -- test/unit/source/trees.test.ts`.
 */
const python = join(pythonTools("python"), "python");
const script = join(import.meta.dirname, "trees.py");
const { LDP_TREES_SEED: seed = "1", LDP_TREES: count = "2500" } = process.env;
const answer = spawnSync(python, [script, seed, count], { encoding: "utf8", maxBuffer: 1 << 28 });
const made: { readonly text: string; readonly tree: string; readonly ours: string | null }[] = answer.stdout
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line))
  .map(({ text, tree }) => {
    const parsed = parsePython(text);
    return { text, tree, ours: parsed.error === null ? serialise(parsed.body) : null };
  });

/** Pairs of texts of which the one says they are alike and the other says they are not; the first few. */
function disagreements(key: "tree" | "ours", other: "tree" | "ours"): string[][] {
  const first = new Map<string, (typeof made)[number]>();
  const found: string[][] = [];
  for (const one of made) {
    const known = first.get(one[key] ?? "");
    if (known === undefined) first.set(one[key] ?? "", one);
    else if (known[other] !== one[other] && one.ours !== null) found.push([known.text, one.text]);
  }
  return found.sort((a, b) => a.join().length - b.join().length).slice(0, 10);
}

describe("fingerprints are as fine as CPython's trees", () => {
  test("enough texts are compared", () => expect(made.length).toBeGreaterThan(Number(count)));

  test("what CPython parses, is parsed", () => {
    const refused = made.filter(({ ours }) => ours === null).map(({ text }) => text);
    expect(refused.sort((a, b) => a.length - b.length).slice(0, 10)).toEqual([]);
  });

  test("another tree is another fingerprint", () => expect(disagreements("ours", "tree")).toEqual([]));

  test("the same tree is the same fingerprint", () => expect(disagreements("tree", "ours")).toEqual([]));
});
