import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { graphView } from "../../../src/render/graph-view.js";
import { renderHtml } from "../../../src/render/html.js";
import { hostile } from "./hostile.js";
import { plan, table } from "./samples.js";

test("the page's script and style are what src/render/page gives", () => {
  const { status, stderr } = spawnSync(process.execPath, ["scripts/page.mjs", "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("hostile texts stay data in the page: no element, no end of the script, no hidden character", () => {
  const elements = (html: string) => html.match(/<[a-z!/][^\s>]*/gi)?.length;
  const page = (text: string) =>
    renderHtml(
      graphView(
        plan([
          table(text, {
            layer: "gold",
            tags: [text],
            reasons: [text],
            description: text,
            owner: text,
            module: text,
            risk: text,
            pipeline: text,
          }),
        ]),
      ),
      { title: text, subtitle: text, address: () => text },
    );
  const expected = elements(page("x"));
  for (const text of hostile) {
    const html = page(text);
    expect(elements(html)).toBe(expected);
    expect(html).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  }
});

test("the page asks for nothing: its policy forbids it, and only web addresses become links", () => {
  const html = renderHtml(graphView(plan([table("a_gold")])), { address: () => "javascript:alert(1)" });
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/<(?:link|img|iframe)|@import|src=|url\(/);
  expect(html).toContain('"address":null');
});
