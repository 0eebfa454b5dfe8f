import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { sortDiagnostics } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { UserError } from "../system/errors.js";
import { bundleFindings } from "./diagnostics.js";
import { boundActions, bundleDigest } from "./digest.js";
import { readFailure } from "./failure.js";
import { checkGate } from "./gate.js";
import type { EnvironmentPlan } from "./model.js";
import { parsePlanJson, parsePlanText, type RawPlan } from "./plan-json.js";
import { countActions, readActions } from "./read-plan.js";
import { type EnvironmentOptions, isStopped, openBundle, type Session, type Stopped, stopped } from "./session.js";
import { type ResolvedBundle, validateBundle } from "./validate.js";

/**
 * Validates and plans the bundle of one environment. Never throws for what a user can mend: a plan that can't be made is
 * `skipped` (no credentials on a pull request, things that would run a pull request's code) or `failed`, with the reason.
 */
export async function planEnvironment(options: EnvironmentOptions): Promise<EnvironmentPlan> {
  try {
    const session = await openBundle(options);
    if (isStopped(session)) return unplanned(options, session, null);
    const bundle = await validateBundle(session);
    if (isStopped(bundle)) return unplanned(options, bundle, session);
    const planned = await planBundle(session, bundle);
    if (isStopped(planned)) return unplanned(options, withBefore(planned, bundle), session);
    return planned.plan;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const diagnostic = finding(error.code, error.message, null, error.hint === undefined ? {} : { hint: error.hint });
    return unplanned(options, stopped("failed", error.message, [diagnostic]), null);
  }
}

/** A plan with the text that `bundle deploy --plan` takes; the text may hold values that are not to be shown. */
export interface PlannedBundle {
  readonly plan: EnvironmentPlan;
  readonly raw: RawPlan;
  readonly file: string;
}

/** `bundle plan -o json` of a bundle that is valid. */
export async function planBundle(session: Session, bundle: ResolvedBundle): Promise<PlannedBundle | Stopped> {
  const { options, limits } = session;
  const result = await session.cli.call(["bundle", "plan", ...session.arguments, "-o", "json"], {
    timeout: limits.plan,
    attempts: 3,
  });
  if (!result.ok) return readFailure("bundle plan", result, session);
  const raw = parsePlanJson(result.stdout) ?? parsePlanText(result.stdout);
  if (raw === null) {
    const found = finding("LDP525", `${options.environment}: what bundle plan printed can't be read as a plan`, null, {
      hint: `This is Databricks CLI ${session.cli.version}; plans of 1.13 are known to be read.`,
    });
    return stopped("failed", found.message, [found]);
  }
  const actions = readActions(raw, {
    project: options.project,
    identity: bundle.identity,
    tables: options.tables,
    baseTables: options.baseTables,
    published: bundle.published,
  });
  const withoutPlace = [...bundle.diagnostics, ...bundleFindings(result.stderr)];
  const plan: EnvironmentPlan = {
    environment: options.environment,
    target: options.target,
    status: "planned",
    reason: null,
    engine: raw.engine,
    cliVersion: session.cli.version,
    digest: raw.engine === "direct" ? bundleDigest(boundActions(actions)) : null,
    counts: countActions(actions),
    actions,
    diagnostics: [],
    identity: bundle.identity,
    host: session.credentials.host || null,
  };
  // On a pull request the gate has refused nothing yet: only what should be guarded is said.
  const advice = checkGate(plan, [], adviceFor(plan, bundle)).diagnostics.filter((one) => one.code === "LDP603");
  return {
    plan: { ...plan, diagnostics: unique([...withoutPlace, ...advice]) },
    raw,
    file: result.rawStdout,
  };
}

/** What to recommend `prevent_destroy` for: in production mode everything unguarded, elsewhere what the plan destroys. */
export function adviceFor(plan: EnvironmentPlan, bundle: ResolvedBundle): string[] {
  const destroyed = new Set(plan.actions.filter((one) => one.destructive).map((one) => one.resource));
  return bundle.unguarded.filter((name) => bundle.production || destroyed.has(name));
}

/** Findings in order, each once: the CLI repeats its warnings with every command. */
export function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return sortDiagnostics(diagnostics).filter((one) => {
    const key = JSON.stringify([one.code, one.severity, one.message, one.file, one.line]);
    return !seen.has(key) && seen.add(key);
  });
}

export function unplanned(options: EnvironmentOptions, why: Stopped, session: Session | null): EnvironmentPlan {
  return {
    environment: options.environment,
    target: options.target,
    status: why.status,
    reason: why.reason,
    engine: null,
    cliVersion: session?.cli.version ?? null,
    digest: null,
    counts: { create: 0, update: 0, recreate: 0, delete: 0 },
    actions: [],
    diagnostics: unique(why.diagnostics),
    ...(session ? { host: session.credentials.host || null } : {}),
  };
}

function withBefore(why: Stopped, bundle: ResolvedBundle): Stopped {
  return { ...why, diagnostics: [...bundle.diagnostics, ...why.diagnostics] };
}
