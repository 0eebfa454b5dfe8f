import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderComment } from "../../src/render/comment/comment.js";
import { cut, visible } from "../../src/render/escape/characters.js";
import { graphView } from "../../src/render/graph-view.js";
import { renderMermaid } from "../../src/render/mermaid.js";
import { hostile } from "../unit/render/hostile.js";
import { plan, table } from "../unit/render/samples.js";
import { situations } from "../unit/render/situations.js";
import { chromiumPath, openHtml, picture, startChromium, withoutChromium } from "./chromium.js";

const mermaidScript = join(
  dirname(createRequire(import.meta.url).resolve("mermaid/package.json")),
  "dist",
  "mermaid.min.js",
);

/** A page that shows Markdown about as GitHub does: GFM, alerts, and diagrams by mermaid under its strict settings. */
function pageOf(markdown: string, dark = false): string {
  const body = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
    .replace(/<pre><code class="language-mermaid">([\s\S]*?)<\/code><\/pre>/g, '<pre class="mermaid">$1</pre>')
    .replace(
      /<blockquote>\s*<p>\[!(CAUTION|WARNING)\]\s*/g,
      (_, kind: string) => `<blockquote class="${kind.toLowerCase()}"><p><b>${kind}</b></p><p>`,
    );
  return `<!doctype html><meta charset="utf-8"><style>
    body { font: 14px/1.5 "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; margin: 24px; max-width: 900px; color: ${dark ? "#f0f6fc" : "#1f2328"}; background: ${dark ? "#0d1117" : "#fff"} }
    table { border-collapse: collapse; margin: 0 0 16px } td, th { border: 1px solid #8884; padding: 5px 12px; text-align: left }
    code { font: 12px ui-monospace, monospace; background: #8182; border-radius: 5px; padding: 2px 5px } pre > code { background: none }
    pre { background: #8181; padding: 14px; border-radius: 6px; overflow: auto } pre.mermaid { background: none; text-align: center }
    blockquote { border-left: 4px solid #8886; margin: 0 0 16px; padding: 4px 14px } blockquote p { margin: 6px 0 }
    .caution { border-color: #cf222e } .caution b { color: #cf222e } .warning { border-color: #9a6700 } .warning b { color: #9a6700 }
    a { color: ${dark ? "#4493f8" : "#0969da"}; text-decoration: none } summary { cursor: pointer; margin: 6px 0 }
  </style><main>${body}</main><script>${readFileSync(mermaidScript, "utf8").replaceAll("</script", "<\\/script")}</script>
  <script>mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme: "${dark ? "dark" : "default"}" });
  mermaid.run({ querySelector: "pre.mermaid" }).then(() => { document.documentElement.dataset.ready = "yes" }, (error) => { document.documentElement.dataset.ready = String(error) })</script>`;
}

describe.skipIf(chromiumPath === undefined)(`the comment in a browser (${chromiumPath ?? withoutChromium})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  test.each(Object.keys(situations))("%s: its diagram is drawn, its folded parts open", async (name) => {
    const body = renderComment(situations[name]?.() ?? []);
    for (const dark of [false, true]) {
      const { page, complaints } = await openHtml(browser, pageOf(body, dark), dark, { width: 960, height: 900 });
      await page.waitForSelector("html[data-ready]");
      expect(await page.locator("html").getAttribute("data-ready")).toBe("yes");
      const wanted = [...body.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].flatMap((block) => [
        ...(block[1] ?? "").matchAll(/^ {4}n\d+\W/gm),
      ]).length;
      expect(await page.locator("svg g.node").count()).toBe(wanted);
      for (const node of await page.locator("svg g.node").all()) {
        const box = await node.boundingBox();
        expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThan(3);
      }
      await picture(page, `comment-${name}${dark ? "-dark" : ""}.png`, "main");
      const folded = page.locator("details:not([open])");
      while ((await folded.count()) > 0) await folded.first().locator("> summary").click();
      for (const part of await page.locator("details").all())
        expect((await part.innerText()).split("\n").length).toBeGreaterThan(1);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  test("hostile names are drawn as they are written, in the diagram of mermaid itself", async () => {
    const names = [...new Set(hostile.filter((text) => text.length < 60).map((text) => visible(text)))].filter(
      (text) => text !== "",
    );
    for (let start = 0; start < names.length; start += 60) {
      const some = names.slice(start, start + 60);
      const text = renderMermaid(graphView(plan(some.map((name) => table(name, { layer: "gold" })))));
      const { page } = await openHtml(browser, pageOf(`\`\`\`mermaid\n${text}\`\`\``));
      await page.waitForSelector("html[data-ready]");
      expect(await page.locator("html").getAttribute("data-ready")).toBe("yes");
      const plain = (label: string) =>
        label
          .replace(/\u200B/g, "")
          .replace(/\s+/g, " ")
          .trim();
      const drawn = (await page.locator("svg g.node").allTextContents()).map(plain);
      expect(drawn.sort()).toEqual(some.map((name) => plain(cut(name, 60))).sort());
      expect(await page.locator("svg g.node :is(a, img, script, b, i, em, strong, svg, math)").count()).toBe(0);
      await page.close();
    }
  });
});
