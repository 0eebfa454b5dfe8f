import { lstatSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../system/errors.js";
import { renderTemplate, type TemplateValues } from "../template/template.js";

export interface InitOptions {
  readonly name?: string | undefined;
  readonly catalog?: string | undefined;
  readonly schema?: string | undefined;
  readonly actionRef?: string | undefined;
}

/** What `ldp init` did. Paths are relative to the folder, with `/`. */
export interface InitResult {
  readonly folder: string;
  readonly written: readonly string[];
  /** They were there before, with another content, and were left alone. */
  readonly kept: readonly string[];
  /** Parts of the example that were left out, since the folder has a config.yml of its own. */
  readonly leftOut: readonly string[];
}

export const DEFAULT_ACTION_REF = "org/ldp-action@v1";

/**
 * Writes the template to a folder, which is made where it is missing. A file that is there is never overwritten. Where the folder
 * has a config.yml of its own, the example's tables, tests and data are left out, since that file does not name them.
 * Throws UserError LDP901 for a value that can't be used, LDP904 where something stands in the way of a folder.
 */
export function initProject(dir: string, options: InitOptions = {}): InitResult {
  const files = renderTemplate(templateValues(dir, options));
  const state = new Map([...files].map(([path, text]) => [path, stateOf(dir, path, text)]));
  const ownConfig = state.get("config.yml") === "other";
  const written: string[] = [];
  const kept: string[] = [];
  const leftOut: string[] = [];
  for (const [path, text] of files) {
    const present = state.get(path);
    if (present === "other") kept.push(path);
    else if (present === "missing" && ownConfig && isExample(path)) leftOut.push(path);
    else if (present === "missing") {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      // wx: a file that came into being meanwhile, or a link, is not overwritten either.
      writeFileSync(join(dir, path), text, { flag: "wx" });
      written.push(path);
    }
  }
  return { folder: dir, written, kept, leftOut };
}

/** What was written and what to do next, for a terminal. */
export function renderInit(result: InitResult): string {
  const { folder, written, kept, leftOut } = result;
  const enter = folder === "." ? "" : `  cd ${/[^\w./\\:-]/.test(folder) ? JSON.stringify(folder) : folder}\n`;
  return [
    written.length > 0 ? `Wrote ${count(written)} to ${folder}:` : `Nothing to write: ${folder} has every file.`,
    ...written.filter((path) => !isEnginePart(path)).map((path) => `  ${path}`),
    ...(written.some(isEnginePart) ? [`  pipelines/ldp/ (${count(written.filter(isEnginePart))} of the engine)`] : []),
    ...(kept.length > 0
      ? [
          `Kept ${count(kept)} that ${kept.length === 1 ? "was" : "were"} there before:`,
          ...kept.map((path) => `  ${path}`),
        ]
      : []),
    ...(leftOut.length > 0 ? [`Left the example's tables out (${count(leftOut)}): config.yml is your own.`] : []),
    "",
    "Next:",
    `${enter}  ldp validate                                   # config.yml against the code`,
    `  python3 -m venv .venv && . .venv/bin/activate && pip install -e ".[dev]"`,
    leftOut.length > 0
      ? "  python pipelines/ldp_engine.py --dry-run       # what a run would refresh, in stages"
      : "  python pipelines/ldp_engine.py --local         # CSV to gold on this machine (needs Java 17)",
    ...(written.includes("README.md") ? ["  README.md says how to deploy it."] : []),
    "",
  ].join("\n");
}

function templateValues(dir: string, options: InitOptions): TemplateValues {
  const name = options.name ?? nameOf(dir);
  const values = {
    name,
    catalog: options.catalog ?? "main",
    schema: options.schema ?? name.replaceAll("-", "_").toLowerCase(),
    actionRef: options.actionRef ?? DEFAULT_ACTION_REF,
  };
  const rules: readonly [keyof TemplateValues, RegExp, string][] = [
    [
      "name",
      /^[A-Za-z][A-Za-z0-9_-]{0,61}[A-Za-z0-9]$/,
      "letters, digits, - and _, starting with a letter: sales-pipelines",
    ],
    ["catalog", /^[A-Za-z_][A-Za-z0-9_-]{0,254}$/, "letters, digits, - and _: main"],
    ["schema", /^[A-Za-z_][A-Za-z0-9_]{0,250}$/, "letters, digits and _: sales"],
    ["actionRef", /^[\w.-]+\/[\w.-]+@[\w./-]+$/, `owner/repository@ref: ${DEFAULT_ACTION_REF}`],
  ];
  for (const [key, pattern, form] of rules) {
    const option = key === "actionRef" ? "action-ref" : key;
    if (!pattern.test(values[key]))
      throw new UserError(
        "LDP901",
        `--${option} ${JSON.stringify(values[key])} can't be used`,
        `It is made of ${form}`,
      );
  }
  return values;
}

/** The folder's name, made fit for a bundle and a Python project. */
function nameOf(dir: string): string {
  const name = basename(resolve(dir))
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[^A-Za-z]+|[^A-Za-z0-9]+$/g, "")
    .slice(0, 63);
  return name.length >= 2 ? name : "pipelines";
}

function stateOf(dir: string, path: string, text: string): "missing" | "same" | "other" {
  let place = dir;
  for (const part of ["", ...path.split("/").slice(0, -1)]) {
    place = join(place, part);
    const folder = lstatSync(place, { throwIfNoEntry: false });
    if (folder !== undefined && !folder.isDirectory() && !(part === "" && folder.isSymbolicLink()))
      throw new UserError("LDP904", `${place} is not a folder`, `Move it away: ${path} is to be written below it`);
  }
  const file = lstatSync(join(dir, path), { throwIfNoEntry: false });
  if (file === undefined) return "missing";
  if (!file.isFile()) return "other";
  return readFileSync(join(dir, path), "utf8").replaceAll("\r\n", "\n") === text ? "same" : "other";
}

/** The engine's own package, which nobody needs to look at file by file. */
function isEnginePart(path: string): boolean {
  return path.startsWith("pipelines/ldp/");
}

function isExample(path: string): boolean {
  return /^(transformations|tests|data)\//.test(path);
}

function count(paths: readonly string[]): string {
  return paths.length === 1 ? "1 file" : `${paths.length} files`;
}
