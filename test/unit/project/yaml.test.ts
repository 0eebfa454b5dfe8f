import { describe, expect, test } from "vitest";
import { loadProject } from "../../../src/project/load-project.js";
import { memoryTree } from "../../../src/project/tree.js";

/** The findings of a config.yml as `code line:column`. */
function findings(text: string | Uint8Array): string[] {
  return loadProject(memoryTree({ "config.yml": text }), "config.yml")
    .diagnostics.filter(({ code }) => code !== "LDP301")
    .map(({ code, line, column }) => `${code} ${line}:${column}`);
}
const table = (fields: string) => `version: 1\ntables:\n  - {name: a, layer: bronze, ${fields}}\n`;

test("a sexagesimal number of any length is told from text without its sum", () => {
  expect(findings(table(`owner: 1${":1".repeat(500_000)}`))).toContain("LDP104 3:37");
});

describe("LDP104: what YAML 1.1 and 1.2 read differently", () => {
  test.each([
    "yes",
    "No",
    "ON",
    "off",
    "012",
    "0o12",
    "0b1",
    "1_000",
    "1:30",
    "1e3",
    "1.5e3",
    "2026-01-01",
    "=",
    "+.5",
    "9007199254740992",
    "-0x1F",
    "2026-01-01 10:00:00",
    "0_7",
    "190:20:30",
    "089.5_1",
  ])("%s", (scalar) => {
    expect(findings(table(`description: ${scalar}`))).toEqual(["LDP104 3:43"]);
  });

  test.each([
    '"yes"',
    "'012'",
    "y",
    "n",
    "true",
    "~",
    "text",
    "1.5e+3",
    "12",
    "0x1F",
    "1.5",
    ".5",
    "!!str 012",
    "nope",
    "2026-1",
    "v1.2.3",
    "12345",
    "-1",
  ])("%s is fine", (scalar) => {
    expect(findings(table(`owner: x, description: ${scalar}`)).filter((each) => each.startsWith("LDP104"))).toEqual([]);
  });

  test("keys, merge keys, tags and directives", () => {
    expect(findings("version: 1\ntables: []\nyes: 1\n")).toEqual(["LDP104 3:1"]);
    expect(findings("version: 1\ntables: []\nenvironments: {dev: &d {target: dev}, x: {<<: *d}}\n")).toContain(
      "LDP104 3:43",
    );
    expect(findings("version: !!int 1\ntables: []\n")).toEqual([]);
    expect(findings("version: !foo 1\ntables: []\n")).toContain("LDP104 1:15");
    expect(findings("%YAML 1.1\n---\nversion: 1\ntables: []\n")).toEqual(["LDP104 1:1"]);
    expect(findings("version: 1 # a\u2028b\ntables: []\n")).toEqual(["LDP104 1:15"]);
  });
});

describe("LDP105: too big or too deep", () => {
  test("more than 64 levels", () => {
    expect(findings(`a: ${"[".repeat(64)}${"]".repeat(64)}`)).toEqual(["LDP105 1:67"]);
    expect(findings(`a: ${"[".repeat(100_000)}`)).toEqual(["LDP105 1:67"]);
    expect(findings(Array.from({ length: 1000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"))).toEqual(["LDP105 65:65"]);
  });

  test("aliases that multiply, or contain themselves", () => {
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef"])
      bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(",")}]`);
    expect(findings(`${bomb.join("\n")}\n`)[0]).toMatch(/^LDP105 [56]:/);
    expect(findings("a: &a [*a]\n")).toEqual(["LDP105 1:8"]);
  });

  test("more than 8 MiB", () => {
    expect(findings(new Uint8Array(8 * 1024 * 1024 + 1).fill(35))).toEqual(["LDP105 1:1"]);
  });
});

describe("LDP101 and LDP102", () => {
  test.each([
    ["not UTF-8", new Uint8Array([0x61, 0xff]), ["LDP101 1:1"]],
    ["UTF-16", new Uint8Array([0xff, 0xfe, 0x61, 0]), ["LDP101 1:1"]],
    ["a control character", "version: 1\nx: \u0001\n", ["LDP102 2:4"]],
    ["NUL", "\0", ["LDP102 1:1"]],
    ["a tab as indentation", "tables:\n\t- name: x\n", ["LDP102 2:1"]],
    ["an alias without an anchor", "version: *v\n", ["LDP102 1:10"]],
    ["a second document", "version: 1\n---\ntables: []\n", ["LDP102 2:1"]],
    ["keys given twice, each", "version: 1\ntables: []\nversion: 1\ntables: []\n", ["LDP102 3:1", "LDP102 4:1"]],
  ])("%s", (_, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  test("a byte order mark and CRLF are fine", () => {
    expect(findings("\ufeffversion: 1\r\ntables:\r\n  - name: a\r\n    layer: bronze\r\n")).toEqual([]);
  });

  test("columns count code points", () => {
    expect(findings('version: 1\ntables: [{name: a, layer: bronze, description: "😀", color: red}]\n')).toEqual([
      "LDP103 2:53",
    ]);
  });
});

test("a name that is also a property of every object", () => {
  expect(findings("version: 1\ntables: []\n__proto__: 1\nconstructor: 2\n")).toEqual(["LDP103 3:1", "LDP103 4:1"]);
});
