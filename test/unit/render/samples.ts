import type { EnvironmentPlan, ResourceAction } from "../../../src/bundle/model.js";
import type { Code } from "../../../src/diagnostics/catalogue.js";
import type { Diagnostic } from "../../../src/diagnostics/diagnostic.js";
import type { Change, Plan, PlannedTable } from "../../../src/plan/model.js";
import { layers } from "../../../src/project/model.js";
import type { Report } from "../../../src/render/report.js";

export function table(name: string, given: Partial<PlannedTable> = {}): PlannedTable {
  const layer = given.layer ?? layers.find((one) => name.endsWith(one)) ?? "silver";
  return {
    name,
    layer,
    kind: layer === "bronze" ? "streaming_table" : "materialized_view",
    tags: ["daily"],
    dependsOn: [],
    module: `transformations/${layer}/${name}.py`,
    code: `sha256:${"0".repeat(64)}`,
    selected: given.change !== "removed",
    stage: given.change === "removed" ? null : layers.indexOf(layer) + 1,
    change: "unchanged",
    reasons: [],
    pipeline: "etl",
    description: null,
    owner: null,
    configLine: 4,
    definitionLine: 12,
    risk: null,
    ...given,
  };
}

export function plan(tables: readonly PlannedTable[], given: Partial<Plan> = {}): Plan {
  const stages: string[][] = [];
  for (const one of tables) {
    if (!one.selected || one.stage === null) continue;
    while (stages.length < one.stage) stages.push([]);
    stages[one.stage - 1]?.push(one.name);
  }
  return {
    digest: `sha256:${"d1".repeat(32)}`,
    mode: "batch",
    selection: { tags: [], tagMode: "or", select: [], exclude: [] },
    project: `sha256:${"a0".repeat(32)}`,
    stages: stages.filter((stage) => stage.length > 0),
    tables,
    base: { ref: "main", commit: "b45e".repeat(10) },
    baseMissing: null,
    diagnostics: [],
    ...given,
  };
}

export function diagnostic(code: Code, message: string, given: Partial<Diagnostic> = {}): Diagnostic {
  return { code, severity: "error", message, file: "config.yml", line: 7, column: 11, ...given };
}

export function action(resource: string, word: string, given: Partial<ResourceAction> = {}): ResourceAction {
  return {
    resource,
    action: word,
    destructive: word === "delete" || word === "recreate",
    gone: false,
    fields: [],
    lost: [],
    ...given,
  };
}

export function environment(
  name: string,
  actions: readonly ResourceAction[],
  given: Partial<EnvironmentPlan> = {},
): EnvironmentPlan {
  const counted = (word: string) => actions.filter((one) => one.action === word).length;
  return {
    environment: name,
    target: name,
    status: "planned",
    reason: null,
    engine: "direct",
    cliVersion: "1.13.0",
    digest: `sha256:${"e2".repeat(32)}`,
    counts: {
      create: counted("create"),
      update: actions.length - counted("create") - counted("recreate") - counted("delete"),
      recreate: counted("recreate"),
      delete: counted("delete"),
    },
    actions,
    diagnostics: [],
    ...given,
  };
}

export function report(given: Partial<Report> & { readonly plan: Plan }): Report {
  return {
    schema: "ldp.report/1",
    directory: ".",
    environments: [],
    lint: null,
    lintReason: null,
    links: {
      repository: "https://github.com/acme/lakehouse",
      pullRequest: 42,
      commit: "c0ffee1".padEnd(40, "0"),
      run: "https://github.com/acme/lakehouse/actions/runs/987654321",
      dag: null,
    },
    versions: { ldp: "1.0.0", "databricks CLI": "1.13.0", ruff: "0.15.2" },
    ...given,
  };
}

/**
 * A plan of `size` tables: 40 % bronze, 40 % silver, 20 % gold, each reading one to four of the layer before. The first `direct`
 * tables that are changed are spread over the layers; what is below them is affected. No chance is involved.
 */
export function largePlan(size: number, direct: number, given: Partial<Plan> = {}): Plan {
  const bronze = Math.ceil(size * 0.4);
  const silver = Math.ceil(size * 0.4);
  const rows: PlannedTable[] = [];
  const every = direct === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(size / direct));
  let changed = 0;
  const below = new Set<string>();
  const changes: readonly Change[] = ["modified", "added", "modified", "removed"];
  for (let i = 0; i < size; i++) {
    const layer = i < bronze ? "bronze" : i < bronze + silver ? "silver" : "gold";
    const name = `table_${String(i).padStart(5, "0")}_${layer}`;
    const [from, count] = layer === "silver" ? [0, bronze] : [bronze, silver];
    const dependsOn =
      layer === "bronze" || count === 0
        ? []
        : [
            ...new Set(
              Array.from({ length: 1 + (i % 4) }, (_, k) => rows[from + ((i * 7 + k * 13) % count)]?.name ?? ""),
            ),
          ];
    const own = i % every === 0 && changed < direct ? changes[changed++ % changes.length] : undefined;
    const change = own ?? (dependsOn.some((one) => below.has(one)) ? "affected" : "unchanged");
    if (change !== "unchanged") below.add(name);
    rows.push(
      table(name, {
        layer,
        dependsOn,
        change: direct === 0 ? "unchanged" : change,
        tags: [i % 2 === 0 ? "daily" : "hourly", `team_${i % 7}`],
        reasons: own === "modified" ? ["code"] : change === "affected" ? [`upstream ${dependsOn[0]}`] : [],
      }),
    );
  }
  return plan(rows, given);
}
