import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Plan } from "../../src/plan/model.js";
import { graphView } from "../../src/render/graph-view.js";
import { renderHtml } from "../../src/render/html.js";
import { largePlan, plan, table } from "../unit/render/samples.js";
import { chromiumPath, openHtml, picture, startChromium, withoutChromium } from "./chromium.js";

const small = plan([
  table("customers_bronze", {
    change: "modified",
    reasons: ["code"],
    description: "Raw customers, as delivered.",
    owner: "crm-team",
    tags: ["daily", "crm"],
  }),
  table("customers_silver", {
    dependsOn: ["customers_bronze"],
    change: "affected",
    reasons: ["upstream customers_bronze"],
  }),
  table("orders_bronze", { change: "unchanged", tags: ["hourly"] }),
  table("orders_silver", { dependsOn: ["orders_bronze"], change: "added" }),
  table("revenue_gold", {
    dependsOn: ["customers_silver", "orders_silver"],
    change: "affected",
    reasons: ["upstream customers_bronze"],
  }),
]);

const reads = new Map([
  [
    "customers_silver",
    [
      {
        table: "customers_bronze",
        place: { file: "a.py", line: 14, column: 5 },
        streaming: true,
        resolved: true,
        text: "",
      },
    ],
  ],
]);

function pageOf(given: Plan): string {
  return renderHtml(graphView(given, reads), {
    title: "lakehouse",
    subtitle: "main at b45e45b, with the changes of c0ffee1",
  });
}

/** The colours that the canvas shows, as a number: a drawing has many, an empty sheet one. */
async function colours(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.getElementById("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 16) seen.add(data[i] * 65536 + data[i + 1] * 256 + data[i + 2]);
    return seen.size;
  })()`) as Promise<number>;
}

const settled = (page: Page) =>
  page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
const shown = (page: Page) => page.locator("#canvas").getAttribute("data-shown");
const chosen = (page: Page) => page.locator("#panel h2").allTextContents();

describe.skipIf(chromiumPath === undefined)(`the DAG page (${chromiumPath ?? withoutChromium})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser.close();
  });

  test("5 tables: drawn, clicked, searched, filtered and walked by keyboard, without network or complaint", async () => {
    const { page, requests, complaints } = await openHtml(browser, pageOf(small));
    await page.waitForSelector("html[data-ready]");
    await settled(page);
    expect(await shown(page)).toBe("5");
    expect(await colours(page)).toBeGreaterThan(20);
    await picture(page, "dag-page-small.png");

    await page.locator("#list button", { hasText: "customers_silver" }).click();
    expect(await chosen(page)).toEqual(["customers_silver"]);
    const panel = await page.locator("#panel").innerText();
    expect(panel).toContain("affected: upstream customers_bronze");
    expect(panel).toContain("line 14, as a stream");
    expect(panel).toContain("Upstream: 1");
    expect(panel).toContain("Downstream: 1");
    await settled(page);
    await picture(page, "dag-page-table.png");

    // Letting go of a table and clicking where it is drawn chooses it again.
    await page.keyboard.press("Escape");
    expect(await chosen(page)).toEqual([]);
    await page.locator("#list button", { hasText: "revenue_gold" }).click();
    await settled(page);
    const at = ((await page.locator("#canvas").getAttribute("data-at")) ?? "").split(" ").map(Number);
    await page.locator("#canvas").click({ position: { x: at[0] ?? 0, y: at[1] ?? 0 } });
    expect(await chosen(page)).toEqual(["revenue_gold"]);

    await page.locator("#canvas").focus();
    await page.keyboard.press("ArrowLeft");
    expect((await chosen(page))[0]).toMatch(/_silver$/);
    await page.keyboard.press("ArrowLeft");
    expect((await chosen(page))[0]).toMatch(/_bronze$/);
    await page.keyboard.press("ArrowRight");
    expect((await chosen(page))[0]).toMatch(/_silver$/);
    await page.keyboard.press("l");
    expect(await shown(page)).toBe("3");
    await page.keyboard.press("Escape");
    expect(await shown(page)).toBe("5");

    await page.keyboard.press("/");
    await page.keyboard.type("ORDERS");
    expect(await page.locator("#list button").allInnerTexts()).toEqual(["orders_silver", "orders_bronze"]);
    await page.keyboard.press("Enter");
    expect(await chosen(page)).toEqual(["orders_silver"]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");

    await page.locator('input[data-layer="gold"]').uncheck();
    expect(await shown(page)).toBe("4");
    await page.locator('input[data-change="affected"]').uncheck();
    expect(await shown(page)).toBe("3");
    await page.locator("#tag").selectOption("hourly");
    expect(await shown(page)).toBe("1");
    // Choosing a table that the filters hide opens them.
    await page.keyboard.press("/");
    await page.keyboard.type("revenue");
    await page.keyboard.press("Enter");
    expect(await chosen(page)).toEqual(["revenue_gold"]);
    expect(await shown(page)).toBe("5");

    expect(requests).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("light and dark: the page follows the system, and the button changes it", async () => {
    const { page } = await openHtml(browser, pageOf(small), true);
    await page.waitForSelector("html[data-ready]");
    const paper = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await paper()).toBe("rgb(13, 17, 23)");
    await settled(page);
    await picture(page, "dag-page-dark.png");
    await page.locator("#theme").click();
    expect(await paper()).toBe("rgb(255, 255, 255)");
    await page.close();
  });

  test("300 tables: the changes with their neighbours first, then all, dragged and zoomed", async () => {
    const { page, complaints } = await openHtml(browser, pageOf(largePlan(300, 5)));
    await page.waitForSelector("html[data-ready]");
    const first = Number(await shown(page));
    expect(first).toBeGreaterThan(5);
    expect(first).toBeLessThan(100);
    await settled(page);
    await picture(page, "dag-page-300-changes.png");
    await page.locator("#scope").selectOption("all");
    expect(await shown(page)).toBe("300");
    await settled(page);
    await picture(page, "dag-page-300.png");
    const image = () => page.evaluate(`document.getElementById("canvas").toDataURL()`);
    const before = await image();
    await page.mouse.move(700, 400);
    await page.mouse.wheel(0, -600);
    await settled(page);
    const zoomed = await image();
    expect(zoomed).not.toBe(before);
    await page.mouse.down();
    await page.mouse.move(820, 460, { steps: 3 });
    await page.mouse.up();
    await settled(page);
    expect(await image()).not.toBe(zoomed);
    expect(await chosen(page)).toEqual([]);
    await page.locator("#fit").click();
    await page.mouse.move(5, 5);
    await settled(page);
    expect(await image()).toBe(before);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("2,802 tables: all of them drawn, one found and followed", async () => {
    const { page, complaints } = await openHtml(browser, pageOf(largePlan(2_802, 6)));
    await page.waitForSelector("html[data-ready]");
    await page.locator("#scope").selectOption("all");
    expect(await shown(page)).toBe("2802");
    await settled(page);
    expect(await colours(page)).toBeGreaterThan(20);
    await picture(page, "dag-page-2802.png");
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type("table_01868");
    await page.keyboard.press("Enter");
    expect(await chosen(page)).toEqual(["table_01868_silver"]);
    await page.locator("#scope").selectOption("lineage");
    const lineage = Number(await shown(page));
    expect(lineage).toBeGreaterThan(2);
    expect(lineage).toBeLessThan(40);
    await settled(page);
    await picture(page, "dag-page-2802-lineage.png");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("a narrow window keeps search, graph and panel", async () => {
    const { page } = await openHtml(browser, pageOf(small), false, { width: 420, height: 800 });
    await page.waitForSelector("html[data-ready]");
    await page.locator("#search").fill("revenue");
    await page.keyboard.press("Enter");
    expect(await chosen(page)).toEqual(["revenue_gold"]);
    expect(await page.locator("#panel").isVisible()).toBe(true);
    await settled(page);
    await picture(page, "dag-page-narrow.png");
    await page.close();
  });
});
