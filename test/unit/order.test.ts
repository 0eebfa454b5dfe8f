import { expect, test } from "vitest";
import { byCodePoint } from "../../src/order.js";

test("sorts by code point, not by UTF-16 unit", () => {
  expect(["\u{1F600}", "\uFF5E", "b", "a", "aa"].sort(byCodePoint)).toEqual(["a", "aa", "b", "\uFF5E", "\u{1F600}"]);
});
