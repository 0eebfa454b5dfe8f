import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Nodes } from "mdast";
import { expect, test } from "vitest";
import { nodes, type Page, pages, readPage } from "./pages.js";

const all = pages();

test.each(all.map((page) => [page.path, page] as const))("%s: every link and anchor leads somewhere", (_path, page) => {
  expect(broken(page)).toEqual([]);
});

/** Links to files and headings that are not there. Addresses elsewhere are not asked: a test needs no network. */
function broken(page: Page): string[] {
  return nodes(page.root).flatMap((node) => {
    if (node.type !== "link" && node.type !== "image" && node.type !== "definition") return [];
    const { url } = node;
    const at = `${page.path}:${node.position?.start.line}: ${url}`;
    if (/^[a-z]+:/i.test(url))
      return /^https:\/\/[^\s/]+\.[a-z]+(\/|$)/.test(url) || url.startsWith("mailto:") ? [] : [at];
    const [path = "", anchor] = decodeURI(url).split("#");
    const target = path === "" ? page.path : join(dirname(page.path), path);
    if (!existsSync(target)) return [at];
    if (anchor === undefined) return [];
    if (statSync(target).isDirectory() || !target.endsWith(".md")) return [`${at} (an anchor in what is no page)`];
    return anchors(readPage(target)).includes(anchor) ? [] : [at];
  });
}

/** The anchors that GitHub gives headings: lower case, without marks, doubled ones numbered. */
function anchors(page: Page): string[] {
  const seen = new Map<string, number>();
  return nodes(page.root).flatMap((node) => {
    if (node.type !== "heading") return [];
    const slug = textOf(node)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return [times === 0 ? slug : `${slug}-${times}`];
  });
}

function textOf(node: Nodes): string {
  if ("value" in node) return node.type === "html" ? "" : node.value;
  return "children" in node ? (node.children as Nodes[]).map(textOf).join("") : "";
}

test("the README is short, and leads to every page of docs/", () => {
  const readme = readFileSync("README.md", "utf8");
  expect(readme.split("\n").length).toBeLessThan(250);
  const linked = (path: string) =>
    nodes(readPage(path).root).flatMap((node) => (node.type === "link" ? [join(dirname(path), node.url)] : []));
  const reached = new Set<string>();
  const queue = ["README.md"];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    queue.push(
      ...linked(path)
        .map((url) => url.replace(/#.*$/, ""))
        .filter((url) => url.endsWith(".md") && existsSync(url)),
    );
  }
  expect(all.filter(({ path }) => path.startsWith("docs/") && !reached.has(path)).map(({ path }) => path)).toEqual([]);
});
