import { describe, expect, test } from "vitest";
import { findCycles } from "../../../src/graph/cycles.js";
import { buildGraph, executionOrder, reach, stagesOf } from "../../../src/graph/graph.js";

/** `"c: a b"` declares a node with its dependencies. */
const graph = (...lines: string[]) =>
  buildGraph(
    lines.map((line) => {
      const [name = "", rest = ""] = line.split(":");
      return { name: name.trim(), dependsOn: rest.split(" ").filter(Boolean) };
    }),
  );
const all = (g: ReturnType<typeof graph>) => stagesOf(g, new Set(g.names));

describe("stages", () => {
  test("a diamond has three, names sorted within one", () => {
    expect(all(graph("d: c b", "c: a", "b: a", "a:"))).toEqual([["a"], ["b", "c"], ["d"]]);
  });

  test("the longest way counts", () => {
    expect(all(graph("a:", "b: a", "c: a b"))).toEqual([["a"], ["b"], ["c"]]);
  });

  test("a path through a table that is not chosen orders nothing", () => {
    expect(stagesOf(graph("a:", "b: a", "c: b"), new Set(["a", "c"]))).toEqual([["a", "c"]]);
  });

  test("a chain of 20,000 declared in reverse", () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => `t${19_999 - i}:${i < 19_999 ? ` t${19_998 - i}` : ""}`);
    const chain = graph(...nodes);
    expect(findCycles(chain)).toEqual([]);
    expect(all(chain).length).toBe(20_000);
    expect(executionOrder(chain)[0]).toBe("t0");
    expect(executionOrder(chain).at(-1)).toBe("t19999");
  });
});

describe("order", () => {
  test("each comes after what it depends on, on random graphs", () => {
    const random = generator(7);
    for (let round = 0; round < 50; round++) {
      const names = Array.from({ length: 30 }, (_, i) => `t${i}`);
      const lines = names.map(
        (name, i) =>
          `${name}: ${names
            .slice(0, i)
            .filter(() => random() < 0.2)
            .join(" ")}`,
      );
      const shuffled = lines.map((line) => ({ line, key: random() })).sort((a, b) => a.key - b.key);
      const g = graph(...shuffled.map(({ line }) => line));
      const order = executionOrder(g);
      expect([...order].sort()).toEqual([...names].sort());
      for (const name of order) {
        for (const upstream of g.upstream.get(name) ?? [])
          expect(order.indexOf(upstream)).toBeLessThan(order.indexOf(name));
      }
    }
  });
});

describe("cycles", () => {
  test.each([
    ["a table that depends on itself", ["a: a"], [["a"]]],
    ["from its smallest name", ["c: b", "b: a", "a: c"], [["a", "c", "b"]]],
    [
      "one for each component",
      ["a: b", "b: a", "x: y a", "y: x"],
      [
        ["a", "b"],
        ["x", "y"],
      ],
    ],
    ["the shortest through the smallest name", ["a: b", "b: c a", "c: a"], [["a", "b"]]],
    ["of equally short ones the first by name", ["a: c b", "b: z", "c: z", "z: a"], [["a", "b", "z"]]],
    ["none in a diamond", ["a:", "b: a", "c: a", "d: b c"], []],
  ])("%s", (_, lines, cycles) => {
    expect(findCycles(graph(...lines))).toEqual(cycles);
  });

  test("a cycle of 20,000 is found whole", () => {
    const ring = graph(...Array.from({ length: 20_000 }, (_, i) => `t${i}: t${(i + 1) % 20_000}`));
    expect(findCycles(ring)[0]?.length).toBe(20_000);
  });
});

test("reach follows a number of steps", () => {
  const g = graph("a:", "b: a", "c: b", "d: c");
  expect([...reach(g.downstream, ["a"], 2)]).toEqual(["a", "b", "c"]);
  expect([...reach(g.upstream, ["d"])].sort()).toEqual(["a", "b", "c", "d"]);
});

/** A small linear congruential generator: random graphs, the same each time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
