import type { EnvironmentPlan } from "../bundle/model.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import type { Plan } from "../plan/model.js";

/**
 * Everything that the comment, the summary and the page show of one project. Plain JSON: jobs of a workflow pass parts of it as
 * files, and one job merges them.
 */
export interface Report {
  readonly schema: "ldp.report/1";
  /** The project's folder in the repository, `.` for the top; tells projects of one repository apart. */
  readonly directory: string;
  /** The config file in use, relative to the project; `config.yml` where it is left out. */
  readonly configFile?: string;
  readonly plan: Plan;
  readonly environments: readonly EnvironmentPlan[];
  /** Null when lint did not run; then `lintReason` may say why. */
  readonly lint: ReportLint | null;
  readonly lintReason: string | null;
  readonly links: ReportLinks;
  readonly versions: Readonly<Record<string, string>>;
  /** Why the job fails for this project; null or left out when it does not. */
  readonly failure?: string | null;
  /** What a reader must know before anything else, such as parts that don't fit together. */
  readonly notes?: readonly string[];
}

export interface ReportLint {
  readonly diagnostics: readonly Diagnostic[];
  readonly total: number;
  /** Number of findings on touched lines; null when not known. The first `fresh` of `diagnostics` are those. */
  readonly fresh: number | null;
  readonly unformatted: readonly string[];
  readonly tool: string;
}

/** Where things are to be seen; null where there is no such page (a laptop). */
export interface ReportLinks {
  /** `https://github.com/org/repo` */
  readonly repository: string | null;
  readonly pullRequest: number | null;
  /** The commit that the plan stands for. */
  readonly commit: string | null;
  /** The workflow run. */
  readonly run: string | null;
  /** The uploaded DAG page. */
  readonly dag: string | null;
}
