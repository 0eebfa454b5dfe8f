import {
  type Alias,
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type Scalar,
} from "yaml";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { differsBetweenVersions } from "./yaml-versions.js";

/** Limits of contract LDP105, and of conformance/README.md. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 64;
const MAX_ALIAS_NODES = 100_000;

/** A parsed YAML text: plain values, and the place of each node. */
export interface YamlText {
  readonly file: string;
  /** Plain values; mappings are objects without a prototype. Undefined for an empty document. */
  readonly value: unknown;
  /** The place of the value at a path of keys and indexes; of the nearest one above it when there is none. */
  readonly placeOf: (path: YamlPath) => Place;
  /** The place of the last key of a path; of the mapping when there is none. */
  readonly placeOfKey: (path: YamlPath) => Place;
  /** The place of the first key of the mapping at a path. */
  readonly placeOfFirstKey: (path: YamlPath) => Place;
  /** Whether the scalar at a path is read differently by YAML 1.1 (LDP104), so that nothing more is to be said of it. */
  readonly isAmbiguous: (path: YamlPath) => boolean;
}

export type YamlPath = readonly (string | number)[];

/**
 * Reads YAML 1.2 from the bytes of a file.
 * @returns the values, or null when LDP101, LDP105 or a syntax error ended the reading; and LDP101, LDP102, LDP104, LDP105.
 */
export function parseYaml(bytes: Uint8Array, file: string): { text: YamlText | null; diagnostics: Diagnostic[] } {
  const top: Place = { file, line: 1, column: 1 };
  if (bytes.length > MAX_BYTES) {
    const size = (bytes.length / 1024 / 1024).toFixed(1);
    return { text: null, diagnostics: [finding("LDP105", `The file has ${size} MiB; the limit is 8 MiB.`, top)] };
  }
  let source: string;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return {
      text: null,
      diagnostics: [finding("LDP101", "The file is not UTF-8.", top, { hint: "Save it as UTF-8." })],
    };
  }
  return parseText(source, file);
}

function parseText(source: string, file: string): { text: YamlText | null; diagnostics: Diagnostic[] } {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    // Columns count code points, as Python does.
    return { file, line, column: [...source.slice(offset - col + 1, offset)].length + 1 };
  };
  const stop = (diagnostic: Diagnostic) => ({ text: null, diagnostics: [diagnostic] });

  lines.addNewLine(0);
  for (let i = source.indexOf("\n"); i >= 0; i = source.indexOf("\n", i + 1)) lines.addNewLine(i + 1);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find.
  const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/.exec(source);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return stop(finding("LDP102", `YAML does not allow the control character U+${code}.`, place(control.index)));
  }

  const parser = new Parser();
  const tokens = [];
  for (const lexeme of new Lexer().lex(source)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    const deep = parser.stack.length > MAX_DEPTH ? collections(parser)[MAX_DEPTH] : undefined;
    if (deep) return stop(finding("LDP105", `More than ${MAX_DEPTH} levels of nesting.`, place(deep.offset)));
  }
  for (const token of parser.end()) tokens.push(token);
  const documents = [
    ...new Composer({ version: "1.2", uniqueKeys: false, merge: false, intAsBigInt: false }).compose(
      tokens,
      true,
      source.length,
    ),
  ] as Document[];
  const document = documents[0];
  if (!document) return { text: null, diagnostics: [] };

  const syntax = documents.flatMap((each) => each.errors)[0];
  if (syntax) {
    const message = syntax.message.replace(/ at line \d+, column \d+[\s\S]*$/, "").replace(/\s+/g, " ");
    const hint = syntax.code === "TAB_AS_INDENT" ? { hint: "Indent with spaces." } : {};
    return stop(
      finding("LDP102", `${message.replace(/\.$/, "")}.`, place(Math.min(syntax.pos[0], source.length)), hint),
    );
  }
  const second = documents[1];
  if (second) {
    const hint = { hint: "config.yml is one document: remove what follows `---` or `...`." };
    return stop(finding("LDP102", "A second document begins.", place(secondDocument(source, second)), hint));
  }

  const aliases = checkAliases(document);
  if (aliases) return stop(finding(aliases.code, aliases.message, place(aliases.offset)));

  return readNodes(document, source, file, place);
}

function collections(parser: Parser): { readonly offset: number }[] {
  return parser.stack.flatMap((token) =>
    /^(block-map|block-seq|flow-collection)$/.test(token.type) && "offset" in token ? [token] : [],
  );
}

function secondDocument(source: string, second: Document): number {
  const start = second.range?.[0] ?? source.length;
  const marker = source.lastIndexOf("\n---", start);
  return marker >= 0 ? marker + 1 : start;
}

/** Finds aliases that contain themselves, have no anchor, or would multiply the document. */
function checkAliases(document: Document): { code: "LDP102" | "LDP105"; message: string; offset: number } | null {
  const anchors = new Map<string, { node: Node; size: number | null }>();
  let added = 0;
  let problem: { code: "LDP102" | "LDP105"; message: string; offset: number } | null = null;
  const size = (node: unknown): number => {
    if (problem) return 0;
    if (isAlias(node)) {
      const anchor = anchors.get((node as Alias).source);
      const offset = node.range?.[0] ?? 0;
      if (!anchor) problem = { code: "LDP102", message: `The alias *${node.source} has no anchor before it.`, offset };
      else if (anchor.size === null)
        problem = { code: "LDP105", message: `The alias *${node.source} contains itself.`, offset };
      else {
        added += anchor.size;
        if (added > MAX_ALIAS_NODES) {
          problem = {
            code: "LDP105",
            message: `Aliases multiply the document by more than ${MAX_ALIAS_NODES} values.`,
            offset,
          };
        }
        return anchor.size;
      }
      return 0;
    }
    const entry =
      node && (node as Node & { anchor?: string }).anchor ? { node: node as Node, size: null as number | null } : null;
    if (entry) anchors.set((node as Node & { anchor: string }).anchor, entry);
    let total = 1;
    if (isMap(node)) for (const pair of node.items) total += size(pair.key) + size(pair.value);
    else if (isSeq(node)) for (const item of node.items) total += size(item);
    if (entry) entry.size = total;
    return total;
  };
  size(document.contents);
  return problem;
}

interface NodeRecord {
  readonly value: number;
  /** Offset of the first key of a mapping, of the node otherwise. */
  readonly start: number;
  readonly key: number | null;
}

function readNodes(document: Document, source: string, file: string, place: (offset: number) => Place) {
  const diagnostics: Diagnostic[] = [];
  const records = new Map<string, NodeRecord>();
  const ambiguous = new Set<string>();
  const id = (path: YamlPath) => JSON.stringify(path);

  const separators = /[\u0085\u2028\u2029]/g;
  for (let match = separators.exec(source); match; match = separators.exec(source)) {
    const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const hint = 'Use an ordinary line end; in double quotes write "\\N", "\\L" or "\\P".';
    diagnostics.push(
      finding("LDP104", `U+${code} ends a line in YAML 1.1 and is text in 1.2.`, place(match.index), { hint }),
    );
  }
  const directive = /^%YAML/m.exec(source);
  if (directive && document.directives?.yaml.explicit) {
    const hint = "Remove the directive.";
    diagnostics.push(
      finding("LDP104", "A %YAML directive makes readers of YAML 1.1 and 1.2 disagree.", place(directive.index), {
        hint,
      }),
    );
  }

  const anchors = new Map<string, Node>();
  /** Reports what the two versions read differently; returns whether it did. */
  const checkVersions = (node: Scalar): boolean => {
    const difference = differsBetweenVersions(node, source);
    if (!difference) return false;
    diagnostics.push(finding("LDP104", difference.message, place(node.range?.[0] ?? 0), { hint: difference.hint }));
    return true;
  };
  const keyText = (key: unknown): string =>
    isScalar(key) ? String(key.source ?? key.value ?? "null") : isAlias(key) ? `*${key.source}` : "[…]";

  const read = (node: unknown, path: YamlPath, key: number | null, checked: boolean): unknown => {
    if (isAlias(node)) {
      // The checks of the anchor's own node have been made where it stands.
      const target = anchors.get(node.source);
      const start = node.range?.[0] ?? 0;
      const value = read(target, path, key, true);
      records.set(id(path), { value: start, start, key });
      return value;
    }
    const offset = (node as Node | null)?.range?.[0] ?? 0;
    if (node && (node as Scalar).anchor) anchors.set((node as Scalar).anchor as string, node as Node);
    if ((isMap(node) || isSeq(node)) && node.tag && !checked && !/^tag:yaml.org,2002:(map|seq)$/.test(node.tag)) {
      diagnostics.push(
        finding("LDP104", `The tag ${node.tag} is not read alike.`, place(offset), { hint: "Remove the tag." }),
      );
    }
    if (isMap(node)) {
      const first = node.items[0]?.key as Node | undefined;
      records.set(id(path), { value: offset, start: first?.range?.[0] ?? offset, key });
      const object: Record<string, unknown> = Object.create(null);
      const seen = new Map<string, number>();
      for (const pair of node.items) {
        const at = (pair.key as Node | null)?.range?.[0] ?? offset;
        const name = keyText(pair.key);
        const before = seen.get(name);
        if (before !== undefined && !checked) {
          const related = [{ ...place(before), message: "The first one is here." }];
          diagnostics.push(
            finding("LDP102", `The key ${JSON.stringify(name)} is given twice.`, place(at), { related }),
          );
        }
        if (before !== undefined) continue;
        seen.set(name, at);
        const keyPath = [...path, name];
        if (!checked && isScalar(pair.key) && checkVersions(pair.key)) ambiguous.add(id(keyPath));
        object[name] = read(pair.value, keyPath, at, checked);
        if (pair.value === null) records.set(id(keyPath), { value: at, start: at, key: at });
      }
      return object;
    }
    records.set(id(path), { value: offset, start: offset, key });
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index], null, checked));
    if (isScalar(node)) {
      if (!checked && checkVersions(node)) {
        ambiguous.add(id(path));
        return node.source ?? String(node.value);
      }
      if (ambiguous.has(id(path))) return node.source ?? String(node.value);
      return node.value;
    }
    return undefined;
  };

  const value = document.contents === null ? null : read(document.contents, [], null, false);
  const record = (path: YamlPath): NodeRecord => {
    for (let length = path.length; length >= 0; length--) {
      const found = records.get(id(path.slice(0, length)));
      if (found) return found;
    }
    return { value: 0, start: 0, key: null };
  };
  const text: YamlText = {
    file,
    value,
    placeOf: (path) => place(record(path).value),
    placeOfFirstKey: (path) => place(record(path).start),
    placeOfKey: (path) => place(record(path).key ?? record(path).value),
    isAmbiguous: (path) => ambiguous.has(id(path)),
  };
  return { text, diagnostics };
}
