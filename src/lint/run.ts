import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { onRunner } from "../bundle/environment.js";
import { catalogue } from "../diagnostics/catalogue.js";
import { type Diagnostic, type Severity, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { byCodePoint } from "../order.js";
import type { RuleSetting } from "../project/model.js";
import type { RunProcess } from "../system/process.js";
import { configurationOptions } from "./configuration.js";
import { confineConfiguration, isInside, repositoryTop } from "./confine.js";
import { findingDiagnostic, findingLines, formatDiagnostic, touchedRun } from "./diagnostics.js";
import type { RuffFinding } from "./finding.js";
import type { FormatChange } from "./format-diff.js";
import type { Environment } from "./machine.js";
import type { LintResult } from "./model.js";
import { ProjectFiles } from "./project-files.js";
import { checkCode, checkFormat, fixCode, type RuffRun } from "./ruff.js";
import { findRuff } from "./ruff-find.js";
import { Sample } from "./sample.js";
import { type TouchedLines, touches } from "./touched.js";

export interface LintOptions {
  /** The project's folder. */
  readonly directory: string;
  /** Files and folders to look at, relative to the project; default: transformations, pipelines and tests. Those that are missing are left out. */
  readonly files?: readonly string[];
  /** Apply ruff's safe fixes and its format first. */
  readonly fix: boolean;
  /** A version or specifier of ruff, where the project asks for none; null for the newest known. */
  readonly ruffVersion: string | null;
  /** What the pull request touches; null or left out when that is not known. */
  readonly changedLines?: TouchedLines | null;
  readonly inAction: boolean;
  readonly environment: Environment;
  readonly runProcess: RunProcess;
  /** `rules` of config.yml: LDP701 and LDP702 can be switched off or weakened there. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
}

/** Where Python stands in a project. */
export const lintFolders = ["transformations", "pipelines", "tests"] as const;

/** Findings kept of each sort: new, old; of ruff check, of ruff format. */
const kept = 1_000;
const defaultTimeout = 60_000;

/**
 * Runs ruff over the project's Python (notebooks too) and gives its findings as diagnostics, those on touched lines first. Any number of
 * findings is counted; the first of them are kept. Nothing is told of a file outside of the repository that a link leads to. Throws a
 * UserError of LDP703 to LDP706 when ruff can't be had or does not do its work.
 */
export async function runLint(options: LintOptions): Promise<LintResult> {
  const directory = realpathSync(resolve(options.directory));
  const top = repositoryTop(directory);
  const paths = (options.files ?? lintFolders).filter(
    (path) => !isAbsolute(path) && existsSync(join(directory, path)) && isInside(top, join(directory, path)),
  );
  const severities = { check: severityOf("LDP701", options), format: severityOf("LDP702", options) };
  const touched = options.changedLines ?? null;
  const files = new ProjectFiles(directory);
  const findings = new Sample<RuffFinding>(kept);
  const changes = new Sample<FormatChange>(kept);
  const nothingToDo = paths.length === 0 || (severities.check === "off" && severities.format === "off");
  const configuration = configurationOptions(directory, paths);
  const inWorkflow = options.inAction || onRunner(options.environment);
  if (inWorkflow && configuration.length === 0 && !nothingToDo) confineConfiguration(directory, paths);
  const ruff = nothingToDo ? null : await findRuff({ ...options, directory });

  let fixed: LintResult["fixed"] = null;

  if (ruff !== null) {
    const run: RuffRun = {
      ruff,
      directory,
      options: configuration,
      paths: paths.map((path) => join(directory, path)),
      timeout: timeLimit(options.environment),
      environment: options.environment,
      runProcess: options.runProcess,
    };
    if (options.fix)
      fixed = await fixCode(run, { check: severities.check !== "off", format: severities.format !== "off" });
    if (severities.check !== "off")
      await checkCode(run, (finding) => {
        if (finding === null) findings.addUnknown();
        else if (!files.leaves(finding.filename))
          findings.add(finding, touched !== null && isTouched(finding, files, touched));
      });
    if (severities.format !== "off")
      await checkFormat(run, (change) => {
        if (!files.leaves(change.path))
          changes.add(change, touched !== null && touchedRun(change, files, touched) !== null);
      });
  }

  const diagnosticsOf = (sort: "fresh" | "old"): Diagnostic[] => {
    const [check, format] = [severities.check, severities.format];
    return sortDiagnostics([
      ...(check === "off" ? [] : findings[sort].map((finding) => findingDiagnostic(finding, check, files))),
      ...(format === "off"
        ? []
        : changes[sort].map((change) => formatDiagnostic(change, touchedRun(change, files, touched), format, files))),
    ]);
  };
  return {
    diagnostics: [...diagnosticsOf("fresh"), ...diagnosticsOf("old")],
    total: findings.total + changes.total,
    fresh: touched === null ? null : findings.freshTotal + changes.freshTotal,
    isFresh: ({ file, line, endLine }) =>
      touched !== null && file !== null && line !== null && touches(touched, file, line, endLine ?? line),
    unformatted: [...new Set([...changes.fresh, ...changes.old].map((change) => files.path(change.path)))].sort(
      byCodePoint,
    ),
    fixed,
    tool: { name: "ruff", version: ruff?.version ?? "", from: ruff?.from ?? "" },
  };
}

function isTouched(finding: RuffFinding, files: ProjectFiles, touched: TouchedLines): boolean {
  const path = files.path(finding.filename);
  return touched.has(path) && touches(touched, path, ...findingLines(finding, files));
}

function severityOf(code: "LDP701" | "LDP702", options: LintOptions): Severity | "off" {
  return options.rules?.[code] ?? catalogue[code].severity;
}

function timeLimit(environment: Environment): number {
  const seconds = Number(environment.LDP_LINT_TIMEOUT);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : defaultTimeout;
}
