import { existsSync, lstatSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.js";

/** Says of a missing config file (LDP101) where a folder above has it; other findings stay as they are. */
export function withConfigAbove(
  diagnostics: readonly Diagnostic[],
  directory: string,
  config: string,
): readonly Diagnostic[] {
  if (!diagnostics.some((one) => one.code === "LDP101") || existsSync(join(directory, config))) return diagnostics;
  const hint = hintAbove(directory, config);
  if (hint === null) return diagnostics;
  return diagnostics.map((one) => (one.code === "LDP101" ? { ...one, hint } : one));
}

/** Where a folder above, up to the repository's, has the config file; null where none does. */
export function hintAbove(directory: string, config: string): string | null {
  for (let folder = directory; !existsSync(join(folder, ".git")); ) {
    const above = dirname(folder);
    if (above === folder) return null;
    folder = above;
    if (!isProject(join(folder, config))) continue;
    const shown = relative(process.cwd(), folder).replaceAll(sep, "/") || ".";
    return `${shown === "." ? "" : `${shown}/`}${config} exists: run ldp in its folder, or with \`-C ${shown}\`.`;
  }
  return null;
}

/** Many programs have a config.yml: one with `tables` is likely ours. */
function isProject(path: string): boolean {
  try {
    return lstatSync(path).isFile() && /^tables\s*:/m.test(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}
