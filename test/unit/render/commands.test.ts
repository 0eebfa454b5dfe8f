import { expect, test } from "vitest";
import { planCommand, runCommands } from "../../../src/render/comment/commands.js";
import { action, environment, plan, report, table } from "./samples.js";

const given = plan([
  table("a_bronze", {
    change: "modified",
    reasons: ["kind: materialized_view -> streaming_table"],
    risk: "full refresh",
  }),
  table("b_silver", { change: "affected", reasons: ["upstream a_bronze"], dependsOn: ["a_bronze"] }),
  table("c_silver", { change: "affected", kind: "temporary_view", dependsOn: ["a_bronze"] }),
  table("d_gold", { change: "modified", reasons: ["tags: +x", "description"] }),
  table("e_gold", { change: "removed" }),
  table("f_gold", { change: "added", pipeline: "finance" }),
  table("g_gold"),
]);

test("each pipeline gets one command: changed and affected tables refreshed, risky ones in full; views, removed and described ones never", () => {
  expect(runCommands(report({ plan: given }), environment("dev", []))).toEqual([
    "# dev: what changed; --full-refresh rebuilds a table and loses its history",
    "databricks bundle run etl -t dev --refresh b_silver --full-refresh a_bronze",
    "# dev: what changed and what is downstream of it",
    "databricks bundle run finance -t dev --refresh f_gold",
  ]);
});

test("a pipeline that the deploy creates is updated as a whole: a selection needs a completed update", () => {
  const prod = environment("prod", [action("pipelines.etl", "create")], { target: "prod-eu" });
  expect(runCommands(report({ plan: given }), prod).slice(0, 2)).toEqual([
    "# prod: the pipeline is new, so all of it",
    "databricks bundle run etl -t prod-eu",
  ]);
});

test("nothing changed, nothing to run", () => {
  expect(runCommands(report({ plan: plan([table("a_bronze")]) }), environment("dev", []))).toEqual([]);
});

test("the plan's command repeats mode, base and selection, quoted for a shell", () => {
  const asked = { tags: ["daily", "crm"], tagMode: "and", select: ["orders*", "+x"], exclude: ["tag:old"] } as const;
  const made = report({ plan: { ...given, mode: "full-refresh", selection: asked }, configFile: "conf/tables.yml" });
  expect(planCommand(made)).toBe(
    `ldp plan --config conf/tables.yml --base ${"b45e".repeat(10)} --mode full-refresh --tags daily,crm --tag-mode and --select 'orders*' --select +x --exclude tag:old`,
  );
});

test("a name can't run a command", () => {
  const target = "$(reboot)'; reboot";
  expect(runCommands(report({ plan: given }), environment("dev", [], { target }))[1]).toBe(
    `databricks bundle run etl -t '$(reboot)'\\''; reboot' --refresh b_silver --full-refresh a_bronze`,
  );
});
