import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import type { Diagnostic, Place } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { YamlPath, YamlText } from "./yaml.js";
import { differsBetweenVersions, numberOf } from "./yaml-versions.js";

/** Where the parts of a value stand, as offsets. */
interface NodeRecord {
  readonly value: number;
  /** The first key of a mapping, the node itself otherwise. */
  readonly start: number;
  readonly key: number | null;
}

/**
 * Turns a document's nodes into plain values with their places, and finds what YAML 1.1 reads differently (LDP104) and keys that are
 * given twice (LDP102). Aliases must have been checked: none is without an anchor or contains itself.
 */
export function readNodes(
  document: Document,
  source: string,
  file: string,
  place: (offset: number) => Place,
): { text: YamlText; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = documentFindings(document, source, place);
  const records = new Map<string, NodeRecord>();
  const ambiguous = new Set<string>();
  const ambiguousKeys = new Set<string>();
  const anchors = new Map<string, Node>();
  const id = (path: YamlPath) => JSON.stringify(path);
  const report = (node: Node, { message, hint }: { readonly message: string; readonly hint: string }) =>
    diagnostics.push(finding("LDP104", message, place(offsetOf(node)), { hint }));

  /** @param seen whether the node was read before, where its anchor stands: its findings have been made there. */
  const read = (node: unknown, path: YamlPath, key: number | null, seen: boolean): unknown => {
    if (isAlias(node)) {
      const value = read(anchors.get(node.source), path, key, true);
      records.set(id(path), { value: offsetOf(node), start: offsetOf(node), key });
      return value;
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return undefined;
    if (node.anchor) anchors.set(node.anchor, node);
    records.set(id(path), { value: offsetOf(node), start: offsetOf(node), key });
    if (isScalar(node)) return readScalar(node, path, seen);
    if (node.tag && !/^tag:yaml.org,2002:(map|seq)$/.test(node.tag)) {
      ambiguous.add(id(path));
      if (!seen)
        report(node, {
          message: `The tag ${node.tag} is not read alike by YAML 1.1 and 1.2.`,
          hint: "Remove the tag.",
        });
    }
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index], null, seen));
    const first = node.items[0]?.key as Node | undefined;
    records.set(id(path), { value: offsetOf(node), start: first ? offsetOf(first) : offsetOf(node), key });
    return readMapping(node.items, path, offsetOf(node), seen);
  };

  const readMapping = (pairs: readonly Pair[], path: YamlPath, offset: number, seen: boolean) => {
    const object: Record<string, unknown> = Object.create(null);
    const before = new Map<string, number>();
    for (const pair of pairs) {
      const at = pair.key ? offsetOf(pair.key as Node) : offset;
      const name = keyText(pair.key);
      const first = before.get(name);
      if (first !== undefined) {
        const related = [{ ...place(first), message: "The first one is here." }];
        if (!seen)
          diagnostics.push(
            finding("LDP102", `The key ${JSON.stringify(name)} is given twice.`, place(at), { related }),
          );
        continue;
      }
      before.set(name, at);
      const keyPath = [...path, name];
      const difference = isScalar(pair.key) ? differsBetweenVersions(pair.key, source) : null;
      if (difference) {
        ambiguousKeys.add(id(keyPath));
        if (difference.merge) ambiguous.add(id(keyPath));
        if (!seen) report(pair.key as Node, difference);
      }
      if (isScalar(pair.key) && hasSeparator(pair.key, source)) ambiguousKeys.add(id(keyPath));
      object[name] = read(pair.value, keyPath, at, seen) ?? null;
      // An absent value is on the line of its key, wherever the next thing stands.
      if (isAbsent(pair.value)) records.set(id(keyPath), { value: at, start: at, key: at });
    }
    return object;
  };

  const readScalar = (node: Scalar, path: YamlPath, seen: boolean): unknown => {
    const difference = differsBetweenVersions(node, source);
    if (difference && !seen) report(node, difference);
    if (difference || hasSeparator(node, source)) {
      ambiguous.add(id(path));
      return node.source ?? String(node.value);
    }
    return numberOf(node) ?? node.value;
  };

  const empty = isAbsent(document.contents);
  const value = empty ? null : read(document.contents, [], null, false);
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
    isAmbiguous: (path) => path.some((_, index) => ambiguous.has(id(path.slice(0, index + 1)))) || ambiguous.has("[]"),
    isAmbiguousKey: (path) => ambiguousKeys.has(id(path)),
  };
  return { text, diagnostics };
}

/** LDP104 of the document as a whole: characters that end lines in YAML 1.1, and the %YAML directive. */
function documentFindings(document: Document, source: string, place: (offset: number) => Place): Diagnostic[] {
  const diagnostics = [...source.matchAll(/[\u0085\u2028\u2029]/g)].map((match) => {
    const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    const hint = 'Use an ordinary line end; in double quotes write "\\N", "\\L" or "\\P".';
    return finding("LDP104", `U+${code} ends a line in YAML 1.1 and is text in 1.2.`, place(match.index), { hint });
  });
  const directive = document.directives?.yaml.explicit ? /^%YAML/m.exec(source) : null;
  if (directive) {
    const message = "A %YAML directive makes readers of YAML 1.1 and 1.2 disagree.";
    diagnostics.push(finding("LDP104", message, place(directive.index), { hint: "Remove the directive." }));
  }
  return diagnostics;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** No text at all, where a value could stand. */
function isAbsent(node: unknown): boolean {
  return node === null || (isScalar(node) && node.type === "PLAIN" && node.source === "" && !node.anchor && !node.tag);
}

function hasSeparator(node: Scalar, source: string): boolean {
  const [start, end] = node.range ?? [0, 0];
  return /[\u0085\u2028\u2029]/.test(source.slice(start, end));
}

function keyText(key: unknown): string {
  if (isScalar(key)) return String(key.source ?? key.value ?? "null");
  return isAlias(key) ? `*${key.source}` : "[…]";
}
