import { posix } from "node:path";
import type { FileTree } from "../project/tree.js";

/** Files that define no pipeline: tests, environments, and the engine that `ldp init` wrote. */
export const skipped =
  /(?:^|\/)(?:tests?|node_modules|site-packages|venv|env|dist|build|__pycache__)\/|(?:^|\/)(?:conftest|setup)\.py$|(?:^|\/)test_[^/]*\.py$|^pipelines\/ldp(?:\/|_engine\.py$)/;

/** The paths of all modules beside or below some, these included. */
export function modulesBeside(modules: ReadonlySet<string>, tree: FileTree): readonly string[] {
  const folders = new Set([...modules].map((path) => posix.dirname(path)));
  // Beside a module at the top there may be anything, but not below it: that would be the whole repository.
  const isNear = (path: string) => {
    for (let folder = posix.dirname(path), own = true; ; folder = posix.dirname(folder), own = false) {
      if (folders.has(folder)) return folder !== "." || own;
      if (folder === ".") return false;
    }
  };
  return tree.list("").filter((path) => /\.(?:py|sql|ipynb)$/.test(path) && !skipped.test(path) && isNear(path));
}
