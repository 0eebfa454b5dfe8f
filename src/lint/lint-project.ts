import type { Project } from "../project/model.js";
import type { LintResult } from "./model.js";
import { type LintOptions, lintFolders, runLint } from "./run.js";

export interface ProjectLintOptions extends Omit<LintOptions, "files" | "rules"> {
  /** Null where config.yml has errors that hide it: nothing is switched off then. */
  readonly project: Project | null;
}

/**
 * Lints a project: ruff over its Python. Modules that config.yml names outside the usual folders are looked at too.
 * Throws what runLint throws.
 */
export async function lintProject(options: ProjectLintOptions): Promise<LintResult> {
  const { project, ...rest } = options;
  const elsewhere = (project?.tables ?? [])
    .map((table) => table.module)
    .filter((module) => /\.(py|ipynb)$/.test(module) && !lintFolders.some((folder) => module.startsWith(`${folder}/`)));
  return runLint({ ...rest, files: [...lintFolders, ...new Set(elsewhere)], rules: project?.rules ?? {} });
}

/** Whether what lint found makes it fail: findings that are errors, of them only the new ones with `changed`. */
export function lintFails(result: LintResult, which: "all" | "changed" = "all"): boolean {
  return result.diagnostics.some(
    (diagnostic) =>
      diagnostic.severity === "error" && (which === "all" || result.fresh === null || result.isFresh(diagnostic)),
  );
}

/** The name of the tool with its version and origin, for people. */
export function toolText({ tool }: LintResult): string {
  return tool.version === "" ? "nothing to lint" : `${tool.name} ${tool.version}, ${tool.from}`;
}
