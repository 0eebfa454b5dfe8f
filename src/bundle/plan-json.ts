/** A change of a field as the CLI gives it. A side that is not there is undefined, which is not the same as null. */
export interface RawChange {
  readonly path: string;
  readonly action: string;
  readonly reason: string | null;
  readonly old: unknown;
  readonly new: unknown;
  readonly remote: unknown;
}

export interface RawResource {
  /** `pipelines.etl`, `jobs.nightly.permissions`. */
  readonly resource: string;
  /** `pipelines`; of a child `jobs.permissions`. */
  readonly type: string;
  readonly action: string;
  readonly gone: boolean;
  readonly changes: readonly RawChange[];
  /** What would be written, with references to resources in place of what is not known yet; null where the plan has none. */
  readonly state: Readonly<Record<string, unknown>> | null;
  readonly remote: Readonly<Record<string, unknown>> | null;
}

/** A plan of the CLI, read tolerantly: unknown keys are passed over, unknown actions are kept as they are. */
export interface RawPlan {
  /** `terraform` plans have no version, no fields, and can't be deployed as they are. */
  readonly engine: "direct" | "terraform";
  readonly cliVersion: string | null;
  readonly serial: string | null;
  readonly resources: readonly RawResource[];
}

/** Reads `bundle plan -o json`; null where it is not a plan. Whole numbers that a double can't hold are texts. */
export function parsePlanJson(text: string): RawPlan | null {
  let value: unknown;
  try {
    value = JSON.parse(quoteBigNumbers(text));
  } catch {
    return null;
  }
  const plan = record(value);
  const entries = record(plan?.plan);
  if (!plan || (!entries && plan.plan !== undefined && plan.plan !== null)) return null;
  if (!entries && plan.plan_version === undefined && plan.cli_version === undefined) return null;
  return {
    engine: plan.plan_version === undefined ? "terraform" : "direct",
    cliVersion: typeof plan.cli_version === "string" ? plan.cli_version : null,
    serial: plan.serial === undefined ? null : String(plan.serial),
    resources: Object.entries(entries ?? {}).map(([key, entry]) => resource(key, record(entry) ?? {})),
  };
}

/**
 * Reads the text of `bundle plan`, for a CLI whose JSON can't be read: verbs and resources, no fields. Null where its last line,
 * `Plan: …`, is missing.
 */
export function parsePlanText(text: string): RawPlan | null {
  if (!/^Plan: \d+ to add/m.test(text)) return null;
  const resources = [...text.matchAll(/^([a-z_]+) ([a-z_]+\.\S+)$/gm)].map(([, action = "", name = ""]) =>
    resource(`resources.${name}`, { action }),
  );
  return { engine: "terraform", cliVersion: null, serial: null, resources };
}

function resource(key: string, entry: Record<string, unknown>): RawResource {
  const name = key.replace(/^resources\./, "");
  const [type = "", , child] = name.split(".");
  const changes = Object.entries(record(entry.changes) ?? {}).map(([path, change]) => {
    const fields = record(change) ?? {};
    return {
      path,
      action: typeof fields.action === "string" ? fields.action : "unknown",
      reason: typeof fields.reason === "string" ? fields.reason : null,
      old: fields.old,
      new: fields.new,
      remote: fields.remote,
    };
  });
  return {
    resource: name,
    type: child === undefined ? type : `${type}.${child}`,
    action: typeof entry.action === "string" ? entry.action : "unknown",
    gone: entry.gone === true,
    changes,
    state: record(record(entry.new_state)?.value) ?? null,
    remote: record(entry.remote_state) ?? null,
  };
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function quoteBigNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}
