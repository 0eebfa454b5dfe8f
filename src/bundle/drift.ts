import type { RawChange, RawResource } from "./plan-json.js";

/** What a plan is normalised against. */
export interface DriftContext {
  /** The project digest that was handed to the bundle as its variable `project`; null when it was not. */
  readonly project: string | null;
  /** Whom the workspace takes the CLI for; null when not known. */
  readonly identity: string | null;
}

interface FalseDrift {
  readonly type: RegExp;
  readonly path: RegExp;
  readonly reason: string;
  readonly when: (change: RawChange, resource: RawResource, context: DriftContext) => boolean;
}

// The one list of changes that a plan shows although nobody changed anything, or that differ between who plans and who deploys.
// They are shown in the plan, and left out of the bundle digest and of binding. Never a recreate or a delete: those always count.
const knownFalseDrift: readonly FalseDrift[] = [
  {
    type: /./,
    path: /./,
    reason: "it holds the project digest, which changes with the code and is checked by the engine itself",
    when: (change, _resource, { project }) => project !== null && change.new === project && isDigest(change.old),
  },
  {
    type: /\.permissions$/,
    path: /./,
    reason: "the owner is whoever deploys, and a plan is made by another identity",
    when: (change, resource, { identity }) =>
      identity !== null && owner(resource) === identity && isOwner(change.new ?? change.old ?? change.remote),
  },
  {
    // databricks/cli issue 6512: values that a cluster policy fills in are planned as updates again and again.
    type: /^(jobs|clusters)$/,
    path: /(^|\.)(new_cluster\.)?(custom_tags|runtime_engine|spark_version)$/,
    reason: "the cluster policy sets it, the bundle does not",
    when: onlyRemote,
  },
  {
    // databricks/cli issue 4972: a warehouse is planned as changed every time.
    type: /^sql_warehouses$/,
    path: /./,
    reason: "the service sets it, the bundle does not",
    when: onlyRemote,
  },
  {
    // Fixed in 1.14: computed by Unity Catalog.
    type: /^(schemas|volumes|catalogs)$/,
    path: /^securable_kind$/,
    reason: "Unity Catalog computes it",
    when: () => true,
  },
  {
    // databricks/cli issue 6340: a description that was given in the catalog's own pages.
    type: /^(schemas|volumes|catalogs)$/,
    path: /^comment$/,
    reason: "it was described in Catalog Explorer, and the bundle gives no comment",
    when: onlyRemote,
  },
];

/** Why a change does not count for the digest and for binding; null when it does. */
export function falseDrift(change: RawChange, resource: RawResource, context: DriftContext): string | null {
  if (change.action !== "update") return null;
  const known = knownFalseDrift.find(
    (one) => one.type.test(resource.type) && one.path.test(change.path) && one.when(change, resource, context),
  );
  return known?.reason ?? null;
}

/**
 * A new value with what differs between who plans and who deploys taken out: the project digest, and the owner that is the
 * deploying identity. What the digest hashes.
 */
export function normalValue(value: unknown, type: string, context: DriftContext): unknown {
  if (typeof value === "string") return value === context.project ? "(project digest)" : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => normalValue(item, type, context));
    return type.endsWith(".permissions") ? items.filter((item) => !isOwner(item)) : items;
  }
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normalValue(item, type, context)]));
}

function onlyRemote(change: RawChange): boolean {
  return change.old === undefined && change.new === undefined && change.remote !== undefined;
}

function isDigest(value: unknown): boolean {
  return value === "" || value === undefined || (typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value));
}

function isOwner(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { level?: unknown }).level === "IS_OWNER";
}

/** The owner that a permissions node would be given. */
function owner(resource: RawResource): string | null {
  const entries = Object.values(resource.state ?? {}).find(Array.isArray) ?? [];
  const entry = entries.find(isOwner) as Record<string, unknown> | undefined;
  const name = entry?.user_name ?? entry?.service_principal_name;
  return typeof name === "string" ? name : null;
}
