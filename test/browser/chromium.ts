import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The browser that the tests open: `CHROMIUM_PATH`, else Debian's. Null where there is none. */
export const chromiumPath = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find(
  (path) => path !== undefined && existsSync(path),
);

/** The name of what is skipped without a browser, with the way to get one. */
export const withoutChromium = "no Chromium: apt-get install chromium, or CHROMIUM_PATH=FILE";

export interface OpenPage {
  readonly page: Page;
  /** What the page asked the network for, and what it complained about. */
  readonly requests: string[];
  readonly complaints: string[];
}

/** Opens an HTML text from a file, as a person who downloaded it does. */
export async function openHtml(
  browser: Browser,
  html: string,
  dark = false,
  size = { width: 1360, height: 820 },
): Promise<OpenPage> {
  const folder = mkdtempSync(join(tmpdir(), "ldp-page-"));
  const file = join(folder, "page.html");
  writeFileSync(file, html);
  const context = await browser.newContext({ viewport: size, colorScheme: dark ? "dark" : "light" });
  const page = await context.newPage();
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  page.on("close", () => rmSync(folder, { recursive: true, force: true }));
  return { page, requests: requests.filter((url) => !url.startsWith("file:")), complaints };
}

export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox", "--disable-gpu"] });
}

/** The pictures that the documentation shows; the others are to be looked at after a change. */
const documented = [
  "comment-03-tables-come-and-go.png",
  "comment-03-tables-come-and-go-dark.png",
  "comment-04-data-destroyed.png",
  "comment-05-errors.png",
  "dag-page-table.png",
  "dag-page-dark.png",
  "dag-page-300-changes.png",
  "dag-page-2802.png",
];

/** With `UPDATE_IMAGES=1` writes a picture to docs/images, or to .cache/images where the documentation does not show it. */
export async function picture(page: Page, name: string, selector?: string): Promise<void> {
  if (process.env.UPDATE_IMAGES !== "1") return;
  const path = join(root, ...(documented.includes(name) ? ["docs", "images"] : [".cache", "images"]), name);
  mkdirSync(dirname(path), { recursive: true });
  if (selector === undefined) await page.screenshot({ path });
  else await page.locator(selector).screenshot({ path });
}
