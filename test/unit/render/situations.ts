import type { PlannedTable } from "../../../src/plan/model.js";
import { mergeReports } from "../../../src/render/comment/merge.js";
import type { Report } from "../../../src/render/report.js";
import { action, diagnostic, environment, largePlan, plan, report, table } from "./samples.js";

/** The tables of a small shop: what the situations below change. */
function shop(
  changes: Readonly<Record<string, Partial<PlannedTable>>> = {},
  more: readonly PlannedTable[] = [],
): PlannedTable[] {
  const tables: PlannedTable[] = [
    table("customers_bronze", { tags: ["daily", "crm"], description: "Raw customers, as delivered." }),
    table("customers_silver", { tags: ["daily", "crm"], dependsOn: ["customers_bronze"] }),
    table("customers_gold", { tags: ["daily", "crm", "reporting"], dependsOn: ["customers_silver", "orders_silver"] }),
    table("orders_bronze", { tags: ["hourly", "orders"] }),
    table("orders_silver", { tags: ["hourly", "orders"], dependsOn: ["orders_bronze"] }),
    table("orders_valid", { layer: "silver", kind: "temporary_view", tags: ["hourly"], dependsOn: ["orders_silver"] }),
    table("revenue_gold", { tags: ["daily", "reporting"], dependsOn: ["orders_valid", "customers_silver"] }),
    table("stock_gold", { tags: ["daily"], dependsOn: ["orders_silver"] }),
  ].map((one) => ({ ...one, ...changes[one.name] }));
  return [...tables, ...more].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const codeChange = {
  customers_silver: { change: "modified", reasons: ["code", "expectation valid_email added"] },
  customers_gold: { change: "affected", reasons: ["upstream customers_silver"] },
  revenue_gold: { change: "affected", reasons: ["upstream customers_silver"] },
} as const;

const untouched = [environment("dev", []), environment("prod", [])];

/** A name, and the reports of a pull request. Each is a golden file of the same name. */
export const situations: Readonly<Record<string, () => readonly Report[]>> = {
  "01-nothing-changes": () => [report({ plan: plan(shop()), environments: untouched })],

  "02-code-change": () => [
    report({
      plan: plan(shop(codeChange)),
      environments: [
        environment("dev", [
          action("jobs.etl_job", "update", {
            fields: [
              {
                path: "tasks[0].parameters",
                action: "update",
                values: null,
                hash: "0f",
                ignored: "it holds the project digest, which changes with the code",
              },
            ],
          }),
        ]),
        environment("prod", [
          action("jobs.etl_job", "update", {
            fields: [
              {
                path: "schedule.quartz_cron_expression",
                action: "update",
                values: { old: "0 0 6 * * ?", new: "0 30 5 * * ?" },
                hash: "1f",
              },
              { path: "tags", action: "update", values: null, hash: "2f", byHand: true },
            ],
          }),
        ]),
      ],
    }),
  ],

  "03-tables-come-and-go": () => [
    report({
      plan: plan(
        shop(
          {
            revenue_gold: {
              change: "modified",
              reasons: ["depends_on: +refunds_silver", "code"],
              dependsOn: ["orders_valid", "refunds_silver"],
            },
            orders_bronze: {
              change: "modified",
              reasons: ["kind: materialized_view -> streaming_table"],
              risk: "full refresh",
            },
            orders_silver: { change: "affected", reasons: ["upstream orders_bronze"] },
            orders_valid: { change: "affected", reasons: ["upstream orders_bronze"] },
            stock_gold: { change: "affected", reasons: ["upstream orders_bronze"] },
            customers_gold: {
              change: "modified",
              reasons: ["tags: +critical -reporting", "helper transformations/shared/dates.py"],
            },
          },
          [
            table("refunds_bronze", { change: "added" }),
            table("refunds_silver", {
              change: "added",
              reasons: ["renamed from returns_silver"],
              dependsOn: ["refunds_bronze"],
            }),
            table("returns_bronze", {
              change: "removed",
              risk: "history lost when the inactive table is dropped",
              configLine: 31,
            }),
            table("returns_silver", {
              change: "removed",
              reasons: ["renamed to refunds_silver"],
              dependsOn: ["returns_bronze"],
              configLine: 36,
            }),
          ],
        ),
      ),
      environments: [
        environment("dev", [action("pipelines.etl", "update")], {
          identity: "ci-planner",
          host: "https://adb-1234.5.azuredatabricks.net",
        }),
        environment("prod", [action("pipelines.etl", "update")]),
      ],
    }),
  ],

  "04-data-destroyed": () => [
    report({
      plan: plan(shop(codeChange)),
      environments: [
        environment("dev", [action("jobs.etl_job", "update")]),
        environment("prod", [
          action("jobs.nightly", "create"),
          action("pipelines.etl", "recreate", {
            fields: [{ path: "catalog", action: "recreate", values: { old: "main", new: "lake" }, hash: "3f" }],
            lost: [
              { name: "customers_bronze", kind: "streaming_table", effect: "history lost" },
              { name: "customers_gold", kind: "materialized_view", effect: "rebuilt" },
              { name: "customers_silver", kind: "materialized_view", effect: "rebuilt" },
              { name: "legacy_events", kind: null, effect: "may be lost" },
              { name: "orders_bronze", kind: "streaming_table", effect: "history lost" },
            ],
          }),
          action("volumes.landing", "delete"),
        ]),
      ],
    }),
  ],

  "05-errors": () => [
    report({
      plan: plan(
        shop(codeChange).map((one) => ({ ...one, selected: false, stage: null })),
        {
          digest: null,
          stages: [],
          diagnostics: [
            diagnostic("LDP201", "customers_bronze is declared twice", {
              line: 19,
              column: 11,
              hint: "Rename one of the two, or remove it.",
              related: [{ file: "config.yml", line: 5, column: 11, message: "the first is here" }],
            }),
            diagnostic("LDP202", "customers_silver depends on `order_bronze`, which is not a table", {
              line: 24,
              column: 19,
              hint: "Did you mean `orders_bronze`?",
            }),
            diagnostic("LDP203", "circular dependency: orders_silver -> orders_valid -> orders_silver", {
              line: 33,
              column: 19,
            }),
            diagnostic("LDP204", "customers_silver (silver) reads customers_gold (gold)", {
              severity: "warning",
              line: 24,
              column: 38,
            }),
          ],
        },
      ),
      environments: [
        environment("dev", [], {
          status: "skipped",
          reason: "the project has errors",
          digest: null,
          engine: null,
          cliVersion: null,
        }),
        environment("prod", [], {
          status: "skipped",
          reason: "the project has errors",
          digest: null,
          engine: null,
          cliVersion: null,
        }),
      ],
    }),
  ],

  "06-lint-findings": () => [
    report({
      plan: plan(shop(codeChange)),
      environments: untouched,
      lint: {
        diagnostics: [
          diagnostic("LDP701", "F401 `datetime` imported but unused", {
            severity: "warning",
            file: "transformations/silver/customers_silver.py",
            line: 3,
            column: 8,
            rule: "F401",
            url: "https://docs.astral.sh/ruff/rules/unused-import",
            fix: {
              message: "Remove unused import: `datetime`",
              diff: "@@ -1,5 +1,4 @@\n import dlt\n \n-import datetime\n from pyspark.sql import functions as F\n",
            },
          }),
          diagnostic("LDP701", "E711 Comparison to `None` should be `cond is None`", {
            severity: "warning",
            file: "transformations/silver/customers_silver.py",
            line: 21,
            column: 14,
            rule: "E711",
          }),
          diagnostic("LDP701", "F841 Local variable `old` is assigned to but never used", {
            severity: "warning",
            file: "transformations/gold/stock_gold.py",
            line: 40,
            column: 5,
            rule: "F841",
          }),
        ],
        total: 3,
        fresh: 2,
        unformatted: ["transformations/gold/stock_gold.py"],
        tool: "ruff 0.15.2",
      },
    }),
  ],

  "07-selected-tags": () => [
    report({
      plan: plan(
        shop(codeChange).map((one) =>
          one.tags.includes("reporting") ? { ...one, stage: 1 } : { ...one, selected: false, stage: null },
        ),
        { selection: { tags: ["daily", "reporting"], tagMode: "and", select: [], exclude: [] } },
      ),
      environments: [
        environment("dev", []),
        environment("prod", [], {
          status: "failed",
          reason: "`databricks bundle plan` could not reach the workspace: 403 Invalid access token",
          digest: null,
        }),
      ],
      links: {
        ...report({ plan: plan([]) }).links,
        dag: "https://github.com/acme/lakehouse/actions/runs/987654321/artifacts/55",
      },
    }),
  ],

  "08-no-base": () => [
    report({
      plan: plan(
        shop().map((one) => ({ ...one, change: null })),
        {
          base: null,
          baseMissing:
            "the checkout has no commit `b45eb45` and fetching it failed: could not read from remote repository",
        },
      ),
      environments: [
        environment("dev", [], {
          status: "skipped",
          reason: "a fork's pull request has no credentials",
          digest: null,
          engine: null,
          cliVersion: null,
        }),
      ],
    }),
  ],

  "09-several-projects": () =>
    mergeReports([
      report({
        directory: "sales",
        plan: plan(shop(codeChange)),
        environments: [environment("dev", [action("jobs.sales", "update")])],
      }),
      report({
        directory: "sales",
        plan: plan(shop(codeChange)),
        environments: [environment("prod", [action("jobs.sales", "create")])],
      }),
      report({ directory: "finance", plan: plan(shop()), environments: untouched }),
      report({
        directory: "web analytics",
        plan: plan([
          table("clicks_bronze", { change: "added" }),
          table("visits_silver", { change: "added", dependsOn: ["clicks_bronze"] }),
        ]),
        environments: [environment("dev", [action("pipelines.web", "create")])],
      }),
    ]),

  "10-large-project": () => [
    report({
      plan: largePlan(2_802, 6),
      environments: [
        environment("dev", [action("jobs.etl_job", "update")]),
        environment("prod", [action("jobs.etl_job", "update")]),
      ],
    }),
  ],
};
