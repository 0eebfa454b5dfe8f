import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";

/** A value of the bundle's configuration as it stands in a file, before the CLI resolves anything. */
export type ConfigValue = null | string | number | boolean | readonly ConfigValue[] | ConfigMap;
export type ConfigMap = { readonly [key: string]: ConfigValue };

export interface ConfigFile {
  /** Relative to the bundle's folder. */
  readonly file: string;
  readonly value: ConfigMap;
  /** Where a key or value stands. */
  place(path: readonly (string | number)[]): Place;
}

/** The bundle's files, the root one first; null when there is no bundle. `diagnostics`: what could not be read (LDP521). */
export interface ConfigFiles {
  readonly files: readonly ConfigFile[];
  readonly diagnostics: readonly Diagnostic[];
}

const rootNames = ["databricks.yml", "databricks.yaml", "bundle.yml", "bundle.yaml"];

/**
 * Reads databricks.yml and what it includes, with the eyes of the CLI: links are followed, `*` stays within one folder. A file
 * that can't be read is a finding, never passed over, since the CLI might read it.
 */
export function readConfigFiles(directory: string): ConfigFiles | null {
  const root = rootNames.find((name) => existsSync(join(directory, name)));
  if (root === undefined) return null;
  const diagnostics: Diagnostic[] = [];
  const read = (file: string): ConfigFile | null => {
    const outcome = readConfigFile(directory, file);
    if ("code" in outcome) {
      diagnostics.push(outcome);
      return null;
    }
    return outcome;
  };
  const first = read(root);
  if (!first) return { files: [], diagnostics };

  const included = new Set<string>();
  for (const [index, entry] of list(first.value.include).entries()) {
    if (typeof entry !== "string") continue;
    const outcome = glob(directory, entry);
    for (const path of outcome.paths) included.add(path);
    if (outcome.unclear !== null) {
      const message = `the include ${JSON.stringify(entry)} of ${root} can't be told: ${outcome.unclear}`;
      diagnostics.push(finding("LDP521", message, first.place(["include", index])));
    }
  }
  included.delete(root);
  const files = [...included].map(read).filter((file) => file !== null);
  return { files: [first, ...files], diagnostics };
}

export function list(value: ConfigValue | undefined): readonly ConfigValue[] {
  return Array.isArray(value) ? value : [];
}

export function map(value: ConfigValue | undefined): ConfigMap {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as ConfigMap) : {};
}

/** The targets of a file, under their present name and their old one. */
export function targets(file: ConfigFile): readonly (readonly [section: string, name: string, value: ConfigMap])[] {
  return ["targets", "environments"].flatMap((section) =>
    Object.entries(map(file.value[section])).map(([name, value]) => [section, name, map(value)] as const),
  );
}

function readConfigFile(directory: string, file: string): ConfigFile | Diagnostic {
  let text: string;
  try {
    // The CLI reads UTF-16 too: a file that would say something else to us is not read at all.
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(join(directory, file)));
    if (text.includes("\0")) throw new Error("it is not UTF-8 text");
    // To the CLI's YAML a new line begins after each of them, and a mark at its start is nothing: to the one here it does not.
    if (/[\u0085\u2028\u2029\uFEFF]|\r(?!\n)/.test(text)) {
      throw new Error("it has a line break or a byte order mark that YAML 1.1 and 1.2 read differently");
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return finding("LDP521", `${file} can't be read: ${why}`, { file, line: 1, column: 1 });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, version: "1.1" });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [error] = document.errors;
  if (error) return finding("LDP521", `${file} is not YAML: ${error.message.split("\n")[0]}`, place(error.pos[0]));
  const odd = readAsTheCli(document);
  if (odd) return finding("LDP521", `${file} can't be read as the CLI reads it: ${odd.why}`, place(odd.offset));
  let value: ConfigValue;
  try {
    value = document.toJS({ maxAliasCount: 1_000 }) as ConfigValue;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return finding("LDP521", `${file} can't be read: ${why}`, place(0));
  }
  if (value !== null && (typeof value !== "object" || Array.isArray(value))) {
    return finding("LDP521", `${file} is no mapping of keys`, place(0));
  }
  return {
    file,
    value: map(value),
    place: (path) => place(offsetOf(document, path)),
  };
}

/** Where a value stands, or what it is made of (an alias, a merged mapping): the nearest place above it that is there. */
function offsetOf(document: Document, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(path[length - 1]))
      : undefined;
    const node = pair?.value ?? pair?.key;
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/**
 * Makes a document say what it says to the CLI: a key is its text (`on`, `1.0`), and of several merged mappings the last wins. What
 * is left that the two may read differently is given back.
 */
function readAsTheCli(document: Document): { readonly why: string; readonly offset: number } | null {
  let odd: { why: string; offset: number } | null = null;
  visit(document, {
    Map: (_key, node) => {
      const merges = node.items.filter(isMerge);
      if (merges.length > 1) return stop("a mapping has `<<` twice", node);
      return undefined;
    },
    Pair: (_key, pair) => {
      const { key, value } = pair;
      if (!isScalar(key)) return stop("a key is no plain text", key);
      if (key.tag !== undefined) return stop("a key has a tag", key);
      if (isMerge(pair)) {
        if (isAlias(value) && isSeq(value.resolve(document))) return stop("`<<` merges an alias of a list", key);
        if (isSeq(value)) value.items.reverse();
      } else if (typeof key.value !== "string" && key.source !== undefined) key.value = key.source;
      return undefined;
    },
  });
  return odd;

  function stop(why: string, node: unknown): symbol {
    odd = { why, offset: isNode(node) ? (node.range?.[0] ?? 0) : 0 };
    return visit.BREAK;
  }
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && (typeof key.value === "symbol" || (key.value === "<<" && (key.type ?? "PLAIN") === "PLAIN"));
}

interface Found {
  readonly paths: readonly string[];
  /** Why the CLI may find more; null where it does not. */
  readonly unclear: string | null;
}

function glob(directory: string, pattern: string): Found {
  // Within a pattern it is the CLI's escape, on Windows a separator.
  if (pattern.includes("\\")) return { paths: [], unclear: "write `/` for `\\`" };
  let unclear: string | null = null;
  // `..` goes before anything is looked up, so that `missing/../here` is `here`.
  const parts = posix
    .normalize(pattern)
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  let found = [""];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1;
    found = found.flatMap((folder) => {
      const here = join(directory, folder);
      const all = /[*?[]/.test(part) ? entries(here) : [part];
      // A name that is not UTF-8 can't be given back to the system.
      if (all.some((name) => name.includes("\uFFFD")))
        unclear = `a name in ${folder || "the bundle's folder"} is not UTF-8`;
      const names = all.length === 1 && all[0] === part ? all : all.filter((name) => matcher(part).test(name));
      return names
        .map((name) => (folder === "" ? name : `${folder}/${name}`))
        .filter((path) => kind(join(directory, path)) === (last ? "file" : "directory"));
    });
  }
  return { paths: found.sort(), unclear };
}

/** A pattern as the CLI reads it: `*` and `?` within a name, also a leading dot's; one with a class matches everything. */
function matcher(pattern: string): RegExp {
  if (pattern.includes("[")) return /^/;
  return new RegExp(
    `^${pattern
      .replace(/[.+^$(){}|\]]/g, "\\$&")
      .replace(/\*+/g, ".*")
      .replaceAll("?", ".")}$`,
    "su",
  );
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function kind(path: string): "file" | "directory" | "none" {
  try {
    return statSync(path).isDirectory() ? "directory" : "file";
  } catch {
    return "none";
  }
}
