import { expect, test } from "vitest";
import { JsonObjects } from "../../../src/lint/json-objects.js";

function read(text: string, size: number, limit = 1000) {
  const found: (string | null)[] = [];
  const objects = new JsonObjects(limit, (object) => found.push(object));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) objects.add(bytes.subarray(at, at + size));
  return { found, whole: objects.whole };
}

const tricky = [{ a: '}]{["\\', b: { c: [{ d: "é\n\u{1F600}" }] } }, {}, { e: '\\"' }];

test.each([1, 2, 3, 7, 1000])("takes the objects out of a list that comes in pieces of %i bytes", (size) => {
  const { found, whole } = read(JSON.stringify(tricky, null, 2), size);
  expect(found.map((object) => JSON.parse(object ?? ""))).toEqual(tricky);
  expect(whole).toBe(true);
});

test("reads lines of JSON, and an empty list", () => {
  expect(read(tricky.map((object) => JSON.stringify(object)).join("\n"), 5)).toMatchObject({
    whole: true,
    found: { length: 3 },
  });
  expect(read("[]\n", 5)).toEqual({ whole: true, found: [] });
});

test("gives null for an object over the limit, and goes on", () => {
  const { found, whole } = read(JSON.stringify([{ a: "x".repeat(100) }, { b: 1 }]), 16, 50);
  expect(found).toEqual([null, '{"b":1}']);
  expect(whole).toBe(true);
});

test.each(["", "  \n", "[", '[{"a":1}', '[{"a":1', "warning: x\n[]", "]", "{}}", "[] trailing"])(
  "%j is not whole",
  (text) => {
    expect(read(text, 3).whole).toBe(false);
  },
);
