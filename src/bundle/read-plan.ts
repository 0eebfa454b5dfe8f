import { byCodePoint } from "../order.js";
import { valueHash } from "./digest.js";
import { type DriftContext, falseDrift, normalValue } from "./drift.js";
import { isHarmless, shortText } from "./harmless.js";
import { lostTables, type PublishedSchemas } from "./lost-tables.js";
import type { BundleCounts, FieldChange, OwnedTable, ResourceAction } from "./model.js";
import type { RawPlan, RawResource } from "./plan-json.js";

export interface PlanContext extends DriftContext {
  readonly tables: readonly OwnedTable[];
  readonly baseTables: readonly OwnedTable[];
  readonly published: PublishedSchemas;
}

const harmlessActions = new Set(["create", "update", "update_id", "resize"]);
// What holds nothing that a deploy could not make again. Everything else, also what this version does not know, may hold data.
const stateless = /^(jobs|job_runs|alerts|clusters|sql_warehouses|.*\.(permissions|grants))$/;

/** The actions of a plan as they are shown and compared, sorted by resource. Unchanged resources are left out. */
export function readActions(plan: RawPlan, context: PlanContext): ResourceAction[] {
  const changed = plan.resources.filter((one) => one.action !== "skip");
  return changed
    .map((one): ResourceAction => {
      const destructive = isDestructive(one);
      const renamedTo = destructive && one.action === "delete" ? renamed(one, changed) : null;
      return {
        resource: one.resource,
        action: one.action,
        destructive,
        gone: one.gone,
        fields: fieldsOf(one, context),
        lost: destructive ? lostTables(one, context.tables, context.baseTables, context.published, renamedTo) : [],
        ...(renamedTo === null ? {} : { renamedTo }),
      };
    })
    .sort((a, b) => byCodePoint(a.resource, b.resource));
}

export function countActions(actions: readonly ResourceAction[]): BundleCounts {
  const count = (...names: string[]) => actions.filter((one) => names.includes(one.action)).length;
  const known = count("create", "update", "update_id", "resize", "recreate", "delete");
  return {
    create: count("create"),
    update: count("update", "update_id", "resize"),
    recreate: count("recreate"),
    // What is not known counts with the worst.
    delete: count("delete") + actions.length - known,
  };
}

/**
 * Whether data may be lost: a delete or recreate of what may hold data, and every action that is not known. What is gone on the
 * workspace already has nothing to lose.
 */
function isDestructive(one: RawResource): boolean {
  if (harmlessActions.has(one.action)) return false;
  if (one.action !== "delete" && one.action !== "recreate") return true;
  return !one.gone && !stateless.test(one.type);
}

function fieldsOf(one: RawResource, context: PlanContext): FieldChange[] {
  if (one.action === "delete") return [];
  if (one.changes.length === 0) return createdFields(one, context);
  return one.changes
    .filter((change) => change.action !== "skip")
    .map((change): FieldChange => {
      const now = change.remote === undefined ? change.old : change.remote;
      const ignored = falseDrift(change, one, context);
      const byHand = change.remote !== undefined && !same(change.remote, change.old) && same(change.old, change.new);
      return {
        path: change.path,
        action: change.action,
        values: isHarmless(one.type, change.path) ? { old: shortText(now), new: shortText(change.new) } : null,
        hash: valueHash(normalValue(change.new, one.type, context)),
        ...(byHand ? { byHand } : {}),
        ...(ignored === null ? {} : { ignored }),
      };
    })
    .sort((a, b) => byCodePoint(a.path, b.path));
}

/** A created resource has no changes: its own top-level fields are what is compared. */
function createdFields(one: RawResource, context: PlanContext): FieldChange[] {
  return Object.entries(one.state ?? {})
    .map(([path, value]) => ({
      path,
      action: "create",
      values: isHarmless(one.type, path) ? { old: null, new: shortText(value) } : null,
      hash: valueHash(normalValue(value, one.type, context)),
    }))
    .sort((a, b) => byCodePoint(a.path, b.path));
}

/** The resource of the same type that the plan creates with the name of a deleted one. */
function renamed(one: RawResource, all: readonly RawResource[]): string | null {
  const name = one.remote?.name;
  const created = all.filter((other) => other.action === "create" && other.type === one.type);
  const same = created.find((other) => name !== undefined && other.state?.name === name);
  return same?.resource ?? null;
}

function same(a: unknown, b: unknown): boolean {
  return valueHash(a) === valueHash(b);
}
