import { expect, test } from "vitest";
import { compareVersions, parseSpecifier } from "../../../src/lint/version.js";

test.each([
  ["==0.15.4", ["0.15.4"], ["0.15.3", "0.15.5"]],
  ["==0.15.*", ["0.15.0", "0.15.22"], ["0.14.14", "0.16.0"]],
  ["!=0.15.1", ["0.15.0"], ["0.15.1"]],
  ["!=0.15.*", ["0.16.0"], ["0.15.1"]],
  [">=0.15, <0.17", ["0.15.0", "0.16.10"], ["0.14.14", "0.17.0"]],
  [">0.15.1,<=0.15.3", ["0.15.2", "0.15.3"], ["0.15.1", "0.15.4"]],
  ["~=0.15.2", ["0.15.2", "0.15.22"], ["0.15.1", "0.16.0"]],
  ["~=0.15", ["0.15.0", "0.17.6"], ["0.14.0", "1.0.0"]],
  ["~0.15.2", ["0.15.22"], ["0.15.1", "0.16.0"]],
  ["^0.15", ["0.15.0", "0.15.22"], ["0.16.0"]],
  ["^1.2", ["1.2.0", "1.9.9"], ["2.0.0", "1.1.0"]],
  ["0.17", ["0.17.0", "0.17.6"], ["0.16.0"]],
  ["0.17.6", ["0.17.6"], ["0.17.5"]],
  ["*", ["0.4.0"], []],
])("%s allows the versions that it should", (text, allowed, refused) => {
  const specifier = parseSpecifier(text);
  expect(allowed.filter((version) => !specifier?.allows(version))).toEqual([]);
  expect(refused.filter((version) => specifier?.allows(version))).toEqual([]);
});

test.each(["", "latest", "==0.15.x", ">=", "~=1", ">=0.15.*", "0.17.6; rm -rf /", "@ file:///x"])(
  "%j is no specifier",
  (text) => {
    expect(parseSpecifier(text)).toBeNull();
  },
);

test("versions compare by their numbers", () => {
  expect(["0.9.10", "0.17.6", "0.9.9", "1.0.0"].sort(compareVersions)).toEqual(["0.9.9", "0.9.10", "0.17.6", "1.0.0"]);
});
