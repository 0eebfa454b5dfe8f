import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parsePython } from "../../../src/source/python/parse.js";
import { pythonTools } from "../../python-tools.js";

/**
 * The reader's tree against that of CPython's own `ast`: on the corpus, and on the standard library of the Python that runs the tests, some
 * hundred modules that were not written for this.
 */
const python = join(pythonTools("python"), "python");
const corpus = join(import.meta.dirname, "../../corpus");

interface Facts {
  readonly path: string;
  readonly parses: boolean;
  readonly match?: boolean;
  readonly names?: readonly string[];
  readonly strings?: readonly string[];
  readonly calls?: number;
  readonly attributes?: readonly string[];
}

const library = spawnSync(python, ["-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"], {
  encoding: "utf8",
});
const folders = ["", "asyncio", "json", "email", "unittest", "concurrent/futures", "importlib", "logging", "xml/dom"];
const files = [
  ...pythonFiles(corpus),
  ...pythonFiles(join(corpus, "shared")),
  ...folders.flatMap((folder) => pythonFiles(join(library.stdout.trim(), folder))),
];

function pythonFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".py"))
    .map((name) => join(folder, name));
}

const script = join(import.meta.dirname, "facts.py");
const answer = spawnSync(python, [script], { input: files.join("\n"), encoding: "utf8", maxBuffer: 1 << 28 });
const facts: Facts[] = answer.stdout
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

describe("the tree is CPython's", () => {
  test("enough modules are compared", () => {
    expect(facts.length).toBe(files.length);
    expect(files.length).toBeGreaterThan(200);
  });

  test("the same text parses, and holds the same functions, calls, attributes and strings", () => {
    for (const known of facts) {
      const text = readFileSync(known.path, "utf8").replace(/^\ufeff/, "");
      const tree = parsePython(text);
      expect({ path: known.path, parses: tree.error === null }).toEqual({ path: known.path, parses: known.parses });
      // Patterns are not taken apart.
      if (!known.parses || known.match) continue;
      const found = { names: [] as string[], strings: [] as string[], calls: 0, attributes: [] as string[] };
      collect(tree.body, found, false);
      expect({ path: known.path, ...found, ...sorted(found) }).toEqual({
        path: known.path,
        names: sorted(known).names,
        strings: sorted(known).strings,
        calls: known.calls,
        attributes: sorted(known).attributes,
      });
    }
  });
});

function sorted(one: Pick<Facts, "names" | "strings" | "attributes">) {
  return {
    names: [...(one.names ?? [])].sort(),
    strings: [...(one.strings ?? [])].sort(),
    attributes: [...(one.attributes ?? [])].sort(),
  };
}

function collect(
  node: unknown,
  found: { names: string[]; strings: string[]; calls: number; attributes: string[] },
  formatted: boolean,
): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, found, formatted);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const one = node as Readonly<Record<string, unknown>>;
  if (one.type === "Function" || one.type === "Class") found.names.push(String(one.name));
  if (one.type === "Call") found.calls++;
  if (one.type === "Attribute") found.attributes.push(String(one.name));
  if (one.type === "Text" && !formatted) found.strings.push(String(one.value));
  if (one.type === "Formatted" || one.type === "FormattedValue") {
    for (const part of [one.parts, one.format].flat()) {
      const isText = typeof part === "object" && part !== null && "type" in part && part.type === "Text";
      collect(part, found, isText);
    }
    collect(one.value, found, false);
    return;
  }
  for (const [key, value] of Object.entries(one)) if (key !== "map") collect(value, found, false);
}
