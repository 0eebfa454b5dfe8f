import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pythonTools } from "../python-tools.js";
import { type Block, blocks, isGuide, type Page, pages } from "./pages.js";

// CONTRIBUTING.md ("Documentation") has the conventions. LDP_DOCS_UPDATE=1 writes what the commands print into the pages.
const update = process.env.LDP_DOCS_UPDATE === "1";
const cli = resolve(process.env.LDP_CLI ?? "dist/cli.js");
const shells = ["sh", "bash"];

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "ldp-docs-"));
  const command = join(scratch, "bin", "ldp");
  mkdirSync(dirname(command));
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  chmodSync(command, 0o755);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

for (const page of pages().filter(isGuide)) {
  const commands = blocks(page).filter(({ language, meta }) => shells.includes(language) && meta !== "part");
  if (commands.length === 0) continue;
  describe(page.path, () => {
    const run = commands.filter(({ notRun }) => notRun === null);
    test("says where each command runs, or why it can't", () => {
      expect(run.filter(({ place }) => place === null).map(({ line, body }) => `${line}: ${body}`)).toEqual([]);
    });
    if (run.length > 0) test("its commands print what it shows", () => follow(page, run));
  });
}

/** Runs the blocks of a page in their order; those of one `in:` share a folder. */
function follow(page: Page, run: readonly Block[]): void {
  const folders = new Map<string, string>();
  let text = page.text;
  for (const each of run) {
    const place = each.place ?? "empty";
    const folder = place.startsWith("empty/")
      ? join(folders.get("empty") ?? "", place.slice("empty/".length))
      : (folders.get(place) ?? prepare(place, folders.size, page));
    folders.set(place, folder);
    const wanted = Number(/\bexit=(\d+)/.exec(each.output?.meta ?? "")?.[1] ?? 0);
    const { status, printed } = shell(each.body, folder);
    const where = `${page.path}:${each.line}\n${each.body}`;
    const { output } = each;
    if (update && output && !/^…$/m.test(output.body)) {
      text = text.replace(fenced(output), () => fenced({ ...output, body: printed }));
    } else if (output) expect(masked(printed), where).toMatch(pattern(output.body));
    expect(status, `${where}\n${printed}`).toBe(wanted);
  }
  if (update && text !== page.text) writeFileSync(page.path, text);
}

/** A folder for the commands of one `in:`: a copy of a project as a git repository with one commit, or an empty one. */
function prepare(place: string, index: number, page: Page): string {
  const top = join(scratch, page.path.replace(/\W/g, "-"), String(index));
  const name = place === "empty" ? "." : (place.split("/").at(-1) ?? "work");
  const folder = join(top, name);
  mkdirSync(folder, { recursive: true });
  if (place === "empty") return folder;
  if (!existsSync(place)) throw new Error(`${page.path}: there is no folder ${place}`);
  cpSync(place, folder, { recursive: true, filter: (path) => !/__pycache__|\.ldp$|\.databricks/.test(path) });
  const { status, printed } = shell(
    "git init --quiet && git add --all && git commit --quiet --message 'Start'",
    folder,
  );
  expect(status, printed).toBe(0);
  return folder;
}

function shell(script: string, cwd: string): { readonly status: number | null; readonly printed: string } {
  const python = /\bpython |\bldp lint/.test(script) ? [pythonTools("python", "ruff")] : [];
  const git = { "user.name": "Ann", "user.email": "ann@example.com", "init.defaultBranch": "main" };
  const env: Record<string, string> = {
    PATH: [join(scratch, "bin"), ...python, dirname(process.execPath), process.env.PATH].join(delimiter),
    HOME: scratch,
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    COLUMNS: "80",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: "3",
    GIT_AUTHOR_DATE: "2026-01-05T08:00:00Z",
    GIT_COMMITTER_DATE: "2026-01-05T08:00:00Z",
    PYTHONDONTWRITEBYTECODE: "1",
  };
  for (const [index, [key, value]] of Object.entries(git).entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  const result = spawnSync("bash", ["-euc", `exec 2>&1\n${script}`], { cwd, env, encoding: "utf8" });
  if (result.error) throw result.error;
  return { status: result.status, printed: result.stdout.trimEnd() };
}

/** What changes with every edit of the example, and with the machine: digests, commits, ruff's version. */
function masked(text: string): string {
  return text
    .replace(/sha256:[0-9a-f]{8,64}/g, "sha256:…")
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{7}\b/g, "COMMIT")
    .replace(/\bruff \d+\.\d+\.\d+, \w+/g, "ruff VERSION");
}

/** Matches output that is as shown; a line `…` stands for any lines. */
function pattern(shown: string): RegExp {
  const parts = masked(shown.trimEnd()).split(/^…$/m);
  return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[\\s\\S]*?")}$`);
}

function fenced({ meta, body }: Block): string {
  const lines = body === "" ? "" : `${body}\n`;
  return `\`\`\`text${meta === "" ? "" : ` ${meta}`}\n${lines}\`\`\``;
}

test("the example is what `in: example-repo` copies", () => {
  expect(readFileSync("example-repo/config.yml", "utf8")).toContain("orders_gold");
});
