import { type Diagnostic, hasErrors, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { applyRuleSettings } from "../diagnostics/rule-settings.js";
import { checkGraph, projectGraph } from "../graph/check-graph.js";
import type { ProjectState } from "../plan/changes.js";
import { projectCode } from "../project/digest.js";
import { loadProject } from "../project/load-project.js";
import type { FileTree } from "../project/tree.js";
import { checkSources } from "../source/check.js";
import type { ReadOptions } from "../source/model.js";
import { readSources } from "../source/read.js";
import { checkEngineVersion } from "../template/engine-version.js";

/** A project as it was read, and everything that is wrong with it. */
export interface CheckedProject {
  /** Null when config.yml could not be read at all. */
  readonly state: ProjectState | null;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a project and checks it: LDP1xx, 2xx and 3xx, sorted.
 * @param options.source whether modules are read; without, LDP301-308 are off.
 * @param options.fingerprints whether the state will be compared with another one.
 */
export function checkProject(
  tree: FileTree,
  configFile: string,
  options: { readonly source: boolean } & ReadOptions,
): CheckedProject {
  const { project, diagnostics } = loadProject(tree, configFile);
  if (!project) return { state: null, diagnostics };
  const graph = projectGraph(project);
  const sources = options.source ? readSources(project, tree, options) : null;
  const findings = [
    ...diagnostics.filter((diagnostic) => options.source || diagnostic.code !== "LDP301"),
    ...checkGraph(project, graph),
    ...checkEngineVersion(tree),
    ...(sources === null ? [] : checkSources(project, sources)),
  ];
  return {
    state: { project, graph, code: projectCode(project, tree), sources },
    diagnostics: sortDiagnostics(applyRuleSettings(findings, project.rules)),
  };
}

/** Whether findings make a project invalid; with `strict` warnings count as errors. */
export function isInvalid(diagnostics: readonly Diagnostic[], strict: boolean): boolean {
  return hasErrors(diagnostics) || (strict && diagnostics.some((diagnostic) => diagnostic.severity === "warning"));
}

/** The state of a project at a base revision, for comparing: null where it had no config.yml then. */
export function baseState(
  tree: FileTree,
  configFile: string,
  options: { readonly source: boolean },
): { state: ProjectState | null; missing: string | null } {
  const { state, diagnostics } = checkProject(tree, configFile, { ...options, fingerprints: true });
  if (state || tree.kind(configFile) === "missing") return { state, missing: null };
  return { state: null, missing: `its ${configFile} can't be read (${diagnostics[0]?.code ?? "LDP101"})` };
}
