import {
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  visit,
} from "yaml";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { readNodes } from "./yaml-nodes.js";

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
  /** Whether what is at a path, or above it, is read differently by YAML 1.1 (LDP104): nothing more is to be said of it then. */
  readonly isAmbiguous: (path: YamlPath) => boolean;
  /** The same of the last key of a path. */
  readonly isAmbiguousKey: (path: YamlPath) => boolean;
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
  // YAML ends lines with LF, CRLF and CR; the parser below knows the first two only.
  return parseText(source.replace(/\r\n?/g, "\n"), file);
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
    const hint = syntaxHint(syntax.code);
    return stop(
      finding("LDP102", `${message.replace(/\.$/, "")}.`, place(Math.min(syntax.pos[0], source.length)), hint),
    );
  }
  const second = documents[1];
  if (second) {
    const hint = { hint: "config.yml is one document: remove what follows `---` or `...`." };
    return stop(finding("LDP102", "A second document begins.", place(secondDocument(source, second)), hint));
  }

  const lax = laxSyntax(document, source);
  if (lax) return stop(finding("LDP102", lax.message, place(lax.offset), { hint: lax.hint }));
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

/** What this parser lets pass and others refuse: the first such place. PyYAML's two loaders differ on the second. */
function laxSyntax(document: Document, source: string): { message: string; hint: string; offset: number } | null {
  let first: { message: string; hint: string; offset: number } | null = null;
  visit(document, {
    Pair: (_, pair, path) => {
      const key = pair.key;
      const [start, end] = (key as Node | null)?.range ?? [undefined, undefined];
      if (
        !isScalar(key) ||
        key.type !== "PLAIN" ||
        start === undefined ||
        end === undefined ||
        isQuestioned(source, start)
      )
        return;
      const parent = path.at(-1);
      if (key.source === "")
        first ??= {
          message: "A key is missing before the colon.",
          hint: "Name it, or remove the line.",
          offset: start,
        };
      else if (isCollection(parent) && parent.flow && source[end] === ":" && /[[\]{},]/.test(source[end + 1] ?? "")) {
        first ??= { message: "A space is missing after the colon.", hint: "Write `key: [value]`.", offset: end };
      }
    },
  });
  return first;
}

/** A key of the form `? key` may be anything. */
function isQuestioned(source: string, start: number): boolean {
  return /\?\s*$/.test(source.slice(Math.max(0, start - 20), start));
}

/** Finds aliases that contain themselves, have no anchor, or would multiply the document. */
function checkAliases(document: Document): { code: "LDP102" | "LDP105"; message: string; offset: number } | null {
  const anchors = new Map<string, { node: Node; size: number | null }>();
  let added = 0;
  let problem: { code: "LDP102" | "LDP105"; message: string; offset: number } | null = null;
  const size = (node: unknown): number => {
    if (problem) return 0;
    if (isAlias(node)) {
      const anchor = anchors.get(node.source);
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

/** What to do about the mistakes that people make most. */
function syntaxHint(code: string): { readonly hint?: string } {
  if (code === "TAB_AS_INDENT") return { hint: "Indent with spaces." };
  return code === "BLOCK_AS_IMPLICIT_KEY" ? { hint: "Put a text that has a colon and a space in quotes." } : {};
}
