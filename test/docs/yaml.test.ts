import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validate } from "@actions/languageservice";
import { describe, expect, test } from "vitest";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";
import { validateCommand } from "../../src/commands/validate.js";
import { type Block, blocks, isGuide, pages } from "./pages.js";

const text = { color: false, width: 100 };
// The catalogue's examples are broken on purpose.
const guides = pages().filter((page) => isGuide(page) && page.path !== "docs/errors.md");
const yaml = guides.flatMap((page) =>
  blocks(page)
    .filter(({ language }) => language === "yaml")
    .map((block) => [`${page.path}:${block.line}`, block] as const),
);
const of = (kind: string) => yaml.filter(([, block]) => block.meta === kind);

describe("every YAML block", () => {
  test.each(yaml)("%s is YAML, and says what it is", (_where, block) => {
    expect(["config", "tables", "workflow", "bundle", "part"]).toContain(block.meta);
    expect(() => parse(block.body, { strict: true, uniqueKeys: true })).not.toThrow();
  });

  test.each(of("config"))("%s is a valid config.yml", (_where, block) => {
    const folder = mkdtempSync(join(tmpdir(), "ldp-docs-"));
    writeFileSync(join(folder, "config.yml"), block.body);
    const result = validateCommand({
      directory: folder,
      config: "config.yml",
      format: "text",
      strict: true,
      source: false,
      text,
    });
    rmSync(folder, { recursive: true });
    expect(result.exit, result.stdout).toBe(0);
  });

  test.each(of("workflow"))("%s is a workflow of GitHub", async (where, block) => {
    expect(await problems(where, block)).toEqual([]);
  });
});

async function problems(where: string, block: Block): Promise<string[]> {
  const document = TextDocument.create(`file:///.github/workflows/${where}.yml`, "yaml", 1, block.body);
  return (await validate(document)).map(({ message, range }) => `${range.start.line + 1}: ${message}`);
}

describe("scenarios", () => {
  const folder = "docs/scenarios";
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

  test.each(names)("%s agrees with its code, without a warning", (name) => {
    const directory = join(folder, name);
    const result = validateCommand({
      directory,
      config: "config.yml",
      format: "text",
      strict: true,
      source: true,
      text,
    });
    expect(result.exit, result.stdout).toBe(0);
  });

  test.each(names)("%s has a target for each environment, and a section in scenarios.md", (name) => {
    const read = (file: string) => readFileSync(join(folder, name, file), "utf8");
    const { environments } = parse(read("config.yml")) as { environments: Record<string, { target: string }> };
    const { targets } = parse(read("databricks.yml")) as { targets: Record<string, unknown> };
    expect(Object.keys(targets).sort()).toEqual(
      Object.values(environments)
        .map(({ target }) => target)
        .sort(),
    );
    expect(readFileSync("docs/scenarios.md", "utf8")).toContain(`scenarios/${name}`);
  });
});
