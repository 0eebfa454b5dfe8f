import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { OwnedTable, ResourceAction } from "../../../src/bundle/model.js";
import { parsePlanJson, type RawPlan } from "../../../src/bundle/plan-json.js";
import { type PlanContext, readActions } from "../../../src/bundle/read-plan.js";

/** A file of test/fixtures/bundle/recorded. */
export function recorded(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../fixtures/bundle/recorded/${name}`, import.meta.url)), "utf8");
}

export function recordedPlan(name: string): RawPlan {
  const plan = parsePlanJson(recorded(`${name}.plan.json`));
  if (!plan) throw new Error(`${name} is no plan`);
  return plan;
}

export const tables: readonly OwnedTable[] = [
  { name: "orders_bronze", kind: "streaming_table", pipeline: "etl" },
  { name: "orders_silver", kind: "materialized_view", pipeline: "etl" },
  { name: "clicks", kind: null, pipeline: "etl" },
  { name: "orders_tmp", kind: "temporary_view", pipeline: "etl" },
  { name: "other", kind: "streaming_table", pipeline: "other" },
];

export const context: PlanContext = {
  project: null,
  identity: "tester@example.com",
  tables,
  baseTables: [],
  published: new Map([["etl", "main.shop"]]),
};

export function actionsOf(name: string, changed: Partial<PlanContext> = {}): ResourceAction[] {
  return readActions(recordedPlan(name), { ...context, ...changed });
}

/** Each action in a line: `update jobs.nightly: schedule.pause_status`. */
export function lines(actions: readonly ResourceAction[]): string[] {
  return actions.map((one) => {
    const fields = one.action === "create" ? "" : one.fields.map((field) => field.path).join(", ");
    return `${one.action} ${one.resource}${one.destructive ? " (destructive)" : ""}${fields === "" ? "" : `: ${fields}`}`;
  });
}
