import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isInside, repositoryTop } from "./confine.js";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where an empty folder is the working directory, so that neither pip nor uv finds settings of the project. */
export function neutralFolder(): { readonly path: string; readonly remove: () => void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "ldp-")));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * The machine's environment as a child process of lint gets it: pip's and uv's settings stay, so that a company's index is used, but
 * not those that lead into the repository; Python looks for modules in none of the project's folders; and no credentials of the job
 * are handed on.
 */
export function machineEnvironment(environment: Environment, directory: string): Record<string, string> {
  const top = repositoryTop(directory);
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (
      value === undefined ||
      /^(INPUT_|ACTIONS_|DATABRICKS_|PYTHON(PATH|STARTUP|HOME)$|GITHUB_TOKEN$|GH_TOKEN$|RUFF_OUTPUT)/i.test(name)
    )
      continue;
    if (/^(PIP|UV)_/i.test(name) && value.split(/[\s,]+/).some((part) => leadsInto(top, part))) continue;
    result[name] = value;
  }
  return result;
}

function leadsInto(top: string, text: string): boolean {
  if (text === "" || (text.includes("://") && !text.startsWith("file://"))) return false;
  try {
    const path = text.startsWith("file://") ? fileURLToPath(text) : resolve(top, text);
    return existsSync(path) && isInside(top, path);
  } catch {
    return false;
  }
}
