import type { LineRange, TouchedLines } from "../lint/touched.js";
import type { ChangedFile } from "./forge.js";

/**
 * The lines that a pull request touches in one project.
 * @param files by path from the top of the repository
 * @param directory the project's folder, `.` for the top
 * @returns by path relative to the project; a file without a patch counts as touched as a whole
 */
export function touchedLines(files: ReadonlyMap<string, ChangedFile>, directory: string): TouchedLines {
  const prefix = directory === "." || directory === "" ? "" : `${directory}/`;
  const whole: readonly LineRange[] = [[1, Number.MAX_SAFE_INTEGER]];
  return new Map(
    [...files]
      .filter(([path]) => path.startsWith(prefix))
      .map(([path, { lines }]) => [path.slice(prefix.length), lines ?? whole]),
  );
}
