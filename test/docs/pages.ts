import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Code, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

/** A page for people: its path in the repository, its text, and what it is made of. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly root: Root;
}

/** A block of code with what a comment right before it says of it. */
export interface Block {
  readonly language: string;
  /** What follows the language on the fence's line. */
  readonly meta: string;
  readonly body: string;
  readonly line: number;
  /** The reason of `<!-- not run: REASON -->`. */
  readonly notRun: string | null;
  /** The last `<!-- in: PLACE -->` before it on the page. */
  readonly place: string | null;
  /** The block of `text` right behind it: what it prints. */
  readonly output: Block | null;
  /** The last block of `yaml config` or `yaml tables` below the same heading: the project that it is a file of. */
  readonly config: Block | null;
}

const folders = ["docs", "templates", ".github", "conformance", "bench", "test/corpus"];

/** All pages of the repository but those that tests print, and those of projects in fixtures. */
export function pages(): Page[] {
  const top = readdirSync(".").filter((name) => name.endsWith(".md"));
  const below = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
      .map((name) => join(folder, name)),
  );
  return [...top, ...below]
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map(readPage);
}

export function readPage(path: string): Page {
  const text = readFileSync(path, "utf8");
  return { path, text, root: fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) };
}

/** The README and what is below docs/: pages whose commands and configurations are held to what they say. */
export function isGuide(page: Page): boolean {
  return page.path === "README.md" || page.path.startsWith("docs/");
}

/** Every node of a page, depth first. */
export function nodes(node: Nodes): Nodes[] {
  return [node, ...("children" in node ? (node.children as Nodes[]).flatMap(nodes) : [])];
}

export function blocks(page: Page): Block[] {
  const all = nodes(page.root).filter((node) => ["code", "html", "heading"].includes(node.type));
  const found: Block[] = [];
  let place: string | null = null;
  let config: Block | null = null;
  for (const [index, node] of all.entries()) {
    if (node.type === "heading") config = null;
    if (node.type === "html") {
      place = /^<!-- in: (.+?) -->$/.exec(node.value)?.[1] ?? place;
    }
    if (node.type !== "code") continue;
    const before = all[index - 1];
    const after = all[index + 1];
    const notRun =
      before?.type === "html" && adjacent(before, node) ? /^<!-- not run: (.+?) -->$/.exec(before.value)?.[1] : null;
    const printed = after?.type === "code" && after.lang === "text" && adjacent(node, after) ? after : null;
    found.push({ ...block(node), notRun: notRun ?? null, place, output: printed && block(printed), config });
    if (node.lang === "yaml" && /^(config|tables)$/.test(node.meta ?? "")) config = found.at(-1) ?? null;
  }
  return found;
}

function block(node: Code): Block {
  const { lang, meta, value, position } = node;
  const line = position?.start.line ?? 0;
  return {
    language: lang ?? "",
    meta: meta ?? "",
    body: value,
    line,
    notRun: null,
    place: null,
    output: null,
    config: null,
  };
}

/** Whether nothing but an empty line is between two nodes. */
function adjacent(first: Nodes, second: Nodes): boolean {
  return (second.position?.start.line ?? 0) - (first.position?.end.line ?? 0) <= 2;
}
