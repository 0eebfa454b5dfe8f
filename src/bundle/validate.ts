import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { byCodePoint } from "../order.js";
import { bundleFindings } from "./diagnostics.js";
import { onRunner } from "./environment.js";
import { readFailure } from "./failure.js";
import type { PublishedSchemas } from "./lost-tables.js";
import { type Session, type Stopped, stopped } from "./session.js";

/** The bundle as the CLI resolved it for one target. */
export interface ResolvedBundle {
  readonly diagnostics: readonly Diagnostic[];
  readonly identity: string | null;
  /** Where the state and the lock are; null when the CLI did not say. */
  readonly statePath: string | null;
  readonly published: PublishedSchemas;
  /** Pipelines, schemas, volumes … that hold data and have no `prevent_destroy`. */
  readonly unguarded: readonly string[];
  readonly production: boolean;
  /** Whether a deploy takes the lock: not in development mode, unless it is switched on. */
  readonly locks: boolean;
  /** `fail_on_active_runs`, which a deploy of a plan file does not look at. */
  readonly failOnActiveRuns: boolean;
}

/** `bundle validate -o json`: the diagnostics, and what the target comes to. */
export async function validateBundle(session: Session): Promise<ResolvedBundle | Stopped> {
  const { environment, target, tools } = session.options;
  const result = await session.cli.call(["bundle", "validate", ...session.arguments, "-o", "json"], {
    timeout: session.limits.validate,
    attempts: 3,
  });
  if (!result.ok) return readFailure("bundle validate", result, session);
  const config = parsed(result.stdout);
  if (config === null) {
    const found = finding(
      "LDP525",
      `${environment}: what bundle validate printed for target ${target} is not JSON`,
      null,
    );
    return stopped("failed", found.message, [found]);
  }
  const bundle = record(config.bundle);
  const workspace = record(config.workspace);
  const deployment = record(bundle.deployment);
  const lock = record(deployment.lock);
  const development = bundle.mode === "development";
  const user = record(workspace.current_user);
  const identity = text(user.userName);
  const diagnostics = [...bundleFindings(result.stderr), ...userBased(session, identity, user, workspace)];
  return {
    diagnostics,
    identity,
    statePath: text(workspace.state_path),
    published: published(config),
    unguarded: unguarded(config),
    production: bundle.mode === "production",
    locks: lock.enabled === undefined ? !development : lock.enabled === true,
    failOnActiveRuns: deployment.fail_on_active_runs === true,
  };

  function userBased(
    { config: files }: Session,
    name: string | null,
    current: Record<string, unknown>,
    paths: Record<string, unknown>,
  ): Diagnostic[] {
    const root = text(paths.root_path) ?? "";
    const names = [name, text(current.short_name)].filter((one) => one !== null && one !== "");
    const named = root.split("/").find((part) => names.includes(part));
    if (!onRunner(tools.env) || named === undefined) return [];
    const [file] = files.files;
    return [
      finding(
        "LDP526",
        `${environment}: root_path is ${root}, which another identity than ${named} does not share`,
        file ? file.place(["targets", target]) : null,
        {
          hint: `Set \`workspace.root_path\` of target ${target} to a fixed folder, so that who plans and who deploys read the same state.`,
        },
      ),
    ];
  }
}

const guarded = ["pipelines", "schemas", "volumes", "catalogs", "database_instances", "dashboards"];

function unguarded(config: Record<string, unknown>): string[] {
  const resources = record(config.resources);
  return guarded
    .flatMap((type) =>
      Object.entries(record(resources[type]))
        .filter(([, value]) => record(record(value).lifecycle).prevent_destroy !== true)
        .map(([key]) => `${type}.${key}`),
    )
    .sort(byCodePoint);
}

function published(config: Record<string, unknown>): PublishedSchemas {
  const pipelines = Object.entries(record(record(config.resources).pipelines));
  return new Map(
    pipelines.map(([key, value]) => {
      const pipeline = record(value);
      const schema = text(pipeline.schema) ?? text(pipeline.target) ?? "";
      return [key, `${text(pipeline.catalog) ?? ""}.${schema}`.toLowerCase()];
    }),
  );
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? record(value) : null;
  } catch {
    return null;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
