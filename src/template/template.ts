import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { byCodePoint } from "../order.js";
import { version } from "../version.js";

/** What the placeholders of the template become. */
export interface TemplateValues {
  readonly name: string;
  readonly catalog: string;
  readonly schema: string;
  /** `owner/repository@ref` of the action. */
  readonly actionRef: string;
}

/** The engine's files in a project: their hashes, and the version of ldp that wrote them. */
export interface EngineManifest {
  readonly schema: "ldp.engine/1";
  readonly version: string;
  readonly files: Readonly<Record<string, string>>;
}

export const MANIFEST = "pipelines/ldp/manifest.json";

/** Names that start with a dot in a project but not in templates/, where git and npm would act on them. */
const DOTTED: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  "pre-commit-config.yaml": ".pre-commit-config.yaml",
  github: ".github",
};

/** templates/ as it is shipped: beside dist/, or above this file's folder where the sources run unbundled. */
export function templatesFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const folders = [join(here, "..", "templates"), join(here, "..", "..", "templates")];
  const found = folders.find((folder) => existsSync(join(folder, "config.yml")));
  if (found === undefined)
    throw new Error(`the template is missing from this installation: no ${folders.join(" and no ")}`);
  return found;
}

/**
 * The files of a new project: path (with `/`) to text, sorted by path, the engine's manifest among them.
 * Placeholders are `__LDP_NAME__`, `__LDP_CATALOG__`, `__LDP_SCHEMA__`, `__LDP_ACTION_REF__` (owner/repository@ref),
 * `__LDP_ACTION_REPO__`, `__LDP_ACTION_REV__` and `__LDP_VERSION__`.
 */
export function renderTemplate(values: TemplateValues, folder = templatesFolder()): ReadonlyMap<string, string> {
  const [repository = "", revision = ""] = values.actionRef.split("@");
  const tokens: Readonly<Record<string, string>> = {
    __LDP_NAME__: values.name,
    __LDP_CATALOG__: values.catalog,
    __LDP_SCHEMA__: values.schema,
    __LDP_ACTION_REF__: values.actionRef,
    __LDP_ACTION_REPO__: repository,
    // pre-commit never updates what it installed for a moving reference.
    __LDP_ACTION_REV__: revision === `v${version.split(".")[0]}` ? `v${version}` : revision,
    __LDP_VERSION__: version,
  };
  const files = new Map<string, string>();
  for (const path of filesBelow(folder, "")) {
    const text = readFileSync(join(folder, path), "utf8").replaceAll("\r\n", "\n");
    files.set(
      projectPath(path),
      text.replace(/__LDP_[A-Z_]+?__/g, (token) => tokens[token] ?? token),
    );
  }
  files.set(MANIFEST, manifestText(engineManifest(files)));
  return new Map([...files].sort(([a], [b]) => byCodePoint(a, b)));
}

/** Whether a file of a project is the engine's: what `ldp upgrade` renews. */
export function isEngineFile(path: string): boolean {
  return path.startsWith("pipelines/") && path !== MANIFEST;
}

export function manifestText(manifest: EngineManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The hash that tells whether a file was edited: of its bytes with CRLF read as LF. */
export function contentHash(text: string): string {
  return `sha256:${createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex")}`;
}

function engineManifest(files: ReadonlyMap<string, string>): EngineManifest {
  const engine = [...files].filter(([path]) => isEngineFile(path)).sort(([a], [b]) => byCodePoint(a, b));
  const hashes = Object.fromEntries(engine.map(([path, text]) => [path, contentHash(text)]));
  return { schema: "ldp.engine/1", version, files: hashes };
}

function projectPath(path: string): string {
  const [first = "", ...rest] = path.split("/");
  return [DOTTED[first] ?? first, ...rest].join("/");
}

/** Regular files, with `/`. What Python and the tools leave (`__pycache__`, dot folders) is not part of the template. */
function filesBelow(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "__pycache__" || entry.name.startsWith(".")) return [];
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(root, path) : entry.isFile() ? [path] : [];
  });
}
