import { JSDOM } from "jsdom";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { expect, test } from "vitest";
import type { EnvironmentPlan } from "../../../src/bundle/model.js";
import type { Plan } from "../../../src/plan/model.js";
import { renderComment, renderSummary } from "../../../src/render/comment/comment.js";
import { renderDot } from "../../../src/render/dot.js";
import { graphView } from "../../../src/render/graph-view.js";
import { readHeader } from "../../../src/render/header.js";
import { renderGraphJson, renderPlanJson } from "../../../src/render/json.js";
import { renderMermaid } from "../../../src/render/mermaid.js";
import type { Report } from "../../../src/render/report.js";
import { renderSvg } from "../../../src/render/svg.js";
import {
  renderDeployText,
  renderLintText,
  renderPlanText,
  renderUnlisted,
  renderValidateText,
} from "../../../src/render/text.js";
import { hostile } from "./hostile.js";
import { parseMermaid } from "./mermaid-parser.js";
import { action, diagnostic, environment, plan, report, table } from "./samples.js";

test("the corpus is large", () => {
  expect(hostile.length).toBeGreaterThan(300);
});

/** A report with the text wherever a pull request, a tool or a workspace can put one. */
function reportWith(x: string): Report {
  const where = { file: `dir/${x}`, line: 3 };
  const resource = (word: string): EnvironmentPlan["actions"][number] =>
    action(`jobs.${x}`, word, {
      fields: [
        { path: `a.${x}`, action: x, values: { old: x, new: `n${x}` }, hash: x },
        { path: x, action: "u", values: null, hash: "1" },
      ],
    });
  const lintFix = { message: `m ${x}`, diff: `@@ -1 +1 @@\n-${x}\n+y` };
  return report({
    directory: `projects/${x}`,
    notes: [`A note: ${x}`],
    plan: plan(
      [
        table(`a ${x}`, {
          layer: "bronze",
          change: "modified",
          reasons: [`helper ${x}`, `tags: +${x}`, `expectation ${x} added`, `other ${x}`],
          risk: `risk ${x}`,
          tags: [x],
          module: `m/${x}.py`,
          pipeline: x,
          description: x,
          owner: x,
        }),
        table(`b ${x}`, {
          layer: "silver",
          change: "affected",
          reasons: [`upstream ${x}`],
          dependsOn: [`a ${x}`],
          tags: [x, x],
        }),
        table(`c ${x}`, { layer: "gold", change: "removed", reasons: [`renamed to ${x}`], dependsOn: [`b ${x}`] }),
      ],
      {
        base: { ref: `ref ${x}`, commit: "b45e".repeat(10) },
        selection: { tags: [x], tagMode: "and", select: [x], exclude: [x] },
        diagnostics: [
          diagnostic("LDP202", `message ${x}`, {
            ...where,
            hint: `hint ${x}`,
            related: [{ file: `rel/${x}`, line: 1, column: 1, message: `related ${x}` }],
          }),
          diagnostic("LDP204", `${x} warned`, { ...where, severity: "warning" }),
          diagnostic("LDP401", `info ${x}`, { severity: "info", file: null, line: null, column: null }),
        ],
      },
    ),
    environments: [
      environment(
        `env ${x}`,
        [
          resource("update"),
          resource(`word ${x}`),
          action(`pipelines.${x}`, "delete", { lost: [{ name: `lost ${x}`, kind: null, effect: "may be lost" }] }),
        ],
        { target: x },
      ),
      environment("prod", [], {
        status: "failed",
        reason: `reason ${x}`,
        digest: null,
        diagnostics: [diagnostic("LDP202", `bundle ${x}`, { file: null, line: null, column: null })],
      }),
    ],
    lint: {
      diagnostics: [
        diagnostic("LDP701", `F401 fresh ${x}`, {
          ...where,
          severity: "warning",
          rule: "F401",
          url: `https://docs.astral.sh/${encodeURIComponent(x.replace(/\p{Cs}/gu, ""))}`,
          fix: lintFix,
        }),
        diagnostic("LDP701", `old ${x}`, { ...where, severity: "warning", rule: x }),
      ],
      total: 2,
      fresh: 1,
      unformatted: [`u/${x}.py`],
      tool: `ruff ${x}`,
    },
    versions: { [`tool ${x}`]: `version ${x}` },
  });
}

const dom = new JSDOM("");

function html(markdown: string): Document {
  const text = micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
  return new dom.window.DOMParser().parseFromString(text, "text/html");
}

/** The elements of a page as an outline, code spans left out (they are inert). */
function outline(document: Document): string {
  const walk = (element: Element): string =>
    [...element.children].map((child) => (child.tagName === "CODE" ? "" : `${child.tagName}(${walk(child)})`)).join("");
  return walk(document.body);
}

/** What a reader sees outside code and our own links: where GitHub looks for mentions, references and addresses. */
function looseText(document: Document): string {
  for (const inert of document.querySelectorAll("code, pre, a")) inert.textContent = " \u00a0 ";
  return document.body.textContent ?? "";
}

function links(markdown: string): string[] {
  const found: string[] = [];
  const walk = (node: { type: string; url?: string; children?: unknown[] }) => {
    if (node.type === "link" || node.type === "image" || node.type === "definition") found.push(node.url ?? "");
    for (const child of node.children ?? []) walk(child as typeof node);
  };
  walk(
    fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Parameters<typeof walk>[0],
  );
  return found;
}

const plain = renderComment([reportWith("x")]);
const plainOutline = outline(html(plain));
const plainLinks = links(plain).length;

test("a harmless text gives the elements that are expected", () => {
  expect(plainOutline).toContain("TABLE(THEAD(TR(TH()TH()TH()TH()TH()))");
  expect(plainOutline).toContain("BLOCKQUOTE(");
  expect(plainLinks).toBeGreaterThan(12);
});

test.each(
  hostile.map((text) => [
    text.length > 60 ? `${JSON.stringify(text.slice(0, 30))}… (${text.length})` : JSON.stringify(text),
    text,
  ]),
)("%s stays text in the comment", async (_, text) => {
  const given = reportWith(text);
  const body = renderComment([given]);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000);
  expect(body.match(/<!--/g)).toHaveLength(1);
  const reviewed = readHeader(body)?.environments.map((one) => one.environment);
  if (text.length < 400) expect(reviewed).toEqual([`env ${text}`]);
  const document = html(body);
  // Text over 600 characters is cut, and so may be the lists; their elements are those of the others then.
  if (text.length < 400) {
    expect(outline(document)).toBe(plainOutline);
    expect(
      links(body).filter((url) => !/^https:\/\/(github\.com\/acme\/lakehouse\/|docs\.astral\.sh\/)/.test(url)),
    ).toEqual([]);
    expect(links(body)).toHaveLength(plainLinks);
  }
  const loose = looseText(document);
  expect(loose).not.toMatch(/@[\p{L}\p{N}]/u);
  expect(loose).not.toMatch(/#\d|gh-\d/i);
  expect(loose).not.toMatch(/https?:\/\/|ftp:\/\/|www\.[a-z]|mailto:[^\s@]+@\w/i);
  // What is hidden in the source of the comment is our own sign only.
  expect(body.replace(/\u200B/g, "")).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  if (text.length > 400) expect(Buffer.byteLength(renderSummary([given]))).toBeLessThanOrEqual(1_000_000);
});

test("a hostile text stays one node in Mermaid, DOT and SVG, and no command in what is printed", async () => {
  const chains: Plan[] = [];
  for (let start = 0; start < hostile.length; start += 40) {
    const some = hostile.slice(start, start + 40);
    const names = some.map((text, i) => `${text} ${i}`);
    chains.push(
      plan(
        names.map((name, i) =>
          table(name, { layer: "gold", reasons: [name], dependsOn: i === 0 ? [] : [names[i - 1] ?? ""] }),
        ),
      ),
    );
  }
  for (const chain of chains) {
    const [view, size] = [graphView(chain), chain.tables.length];
    const { labels, edges } = await parseMermaid(renderMermaid(view));
    expect([labels.size, edges]).toEqual([size, size - 1]);
    for (const output of [renderMermaid(view), renderDot(view), renderGraphJson(view), renderPlanJson(chain)]) {
      expect(output).not.toMatch(/^\s*::|##\[|##vso\[/im);
    }
    const document = new dom.window.DOMParser().parseFromString(await renderSvg(view), "image/svg+xml");
    expect(document.querySelectorAll("parsererror, script, foreignObject")).toHaveLength(0);
    expect(document.querySelectorAll("g.node")).toHaveLength(size);
    expect(document.querySelectorAll("g.edge")).toHaveLength(size - 1);
  }
});

test("on a terminal no text colours, links, moves the cursor or commands a runner", () => {
  for (const text of hostile) {
    const given = reportWith(text);
    const outputs = [
      renderValidateText(3, given.plan.diagnostics),
      renderUnlisted([{ name: text, module: text, line: 1 }], text),
      renderPlanText(given.plan),
      renderPlanText({ ...given.plan, diagnostics: [] }),
      given.lint === null ? "" : renderLintText(given.lint),
      renderDeployText({
        environment: text,
        deployed: false,
        plan: given.environments[0] ?? null,
        diagnostics: given.plan.diagnostics,
      }),
    ];
    for (const output of outputs) {
      expect(output).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      expect(output).not.toMatch(/^\s*::|##\[|##vso\[/im);
    }
  }
});
