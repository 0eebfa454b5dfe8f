import { type Diagnostic, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { applyRuleSettings } from "../diagnostics/rule-settings.js";
import type { Project } from "../project/model.js";
import { isIgnored } from "../source/ignore.js";
import type { Sources } from "../source/model.js";
import type { LintResult } from "./model.js";
import { checkPipelines } from "./rules.js";
import { type LintOptions, lintFolders, runLint } from "./run.js";

export interface ProjectLintOptions extends Omit<LintOptions, "files" | "rules"> {
  /** Null where config.yml has errors that hide it: nothing is switched off then. */
  readonly project: Project | null;
  /** What its modules say; null or left out where they were not read: LDP309-313 are off then. */
  readonly sources?: Sources | null;
}

/**
 * Lints a project: ruff over its Python, and the rules for pipelines over all of its modules. Modules that config.yml names outside the usual
 * folders are looked at too. Throws what runLint throws.
 */
export async function lintProject(options: ProjectLintOptions): Promise<LintResult> {
  const { project, sources = null, ...rest } = options;
  const elsewhere = (project?.tables ?? [])
    .filter((table) => !table.moduleRefused)
    .map((table) => table.module)
    .filter((module) => /\.(py|ipynb)$/.test(module) && !lintFolders.some((folder) => module.startsWith(`${folder}/`)));
  const rules = project?.rules ?? {};
  const ruff = await runLint({ ...rest, files: [...lintFolders, ...new Set(elsewhere)], rules });
  const own = project === null || sources === null ? [] : applyRuleSettings(checkPipelines(project, sources), rules);
  return sources === null ? ruff : merged(ruff, own, sources);
}

/** Both sorts of findings in one order, new ones first, less what comments in the code switch off. */
function merged(ruff: LintResult, own: readonly Diagnostic[], { modules }: Sources): LintResult {
  const ignored = ({ code, file, line }: Diagnostic) =>
    file !== null && line !== null && isIgnored(modules.get(file)?.ignores ?? new Map(), code, line);
  const found = [...ruff.diagnostics, ...own];
  const left = sortDiagnostics(found.filter((diagnostic) => !ignored(diagnostic)));
  const switchedOff = found.length - left.length;
  const switchedOffFresh = found.filter((diagnostic) => ignored(diagnostic) && ruff.isFresh(diagnostic)).length;
  const fresh = left.filter(ruff.isFresh);
  return {
    ...ruff,
    diagnostics: [...fresh, ...left.filter((diagnostic) => !ruff.isFresh(diagnostic))],
    total: ruff.total + own.length - switchedOff,
    fresh: ruff.fresh === null ? null : ruff.fresh + own.filter(ruff.isFresh).length - switchedOffFresh,
  };
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
