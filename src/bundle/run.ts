import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { byCodePoint } from "../order.js";
import { shellWord } from "../render/escape/shell.js";
import { parseCliDiagnostics } from "./diagnostics.js";
import type { EnvironmentPlan, OwnedTable } from "./model.js";
import { lastLines } from "./output.js";
import type { Session } from "./session.js";

/** The tables to refresh, by the bundle's pipeline resource. Never an empty list: to Databricks that means every table. */
export type RunRequest = ReadonlyMap<string, readonly string[] | "all">;

/**
 * Which update to start for some tables: by pipeline, temporary views left out (they can't be selected). Pipelines without a
 * table of theirs are not in it.
 * @param pipeline of the project, for tables that name none
 */
export function runRequest(tables: readonly OwnedTable[], pipeline: string | null): RunRequest {
  const request = new Map<string, string[]>();
  for (const table of tables) {
    const owner = table.pipeline ?? pipeline;
    if (owner === null || table.kind === "temporary_view") continue;
    request.set(owner, [...(request.get(owner) ?? []), table.name].sort(byCodePoint));
  }
  return request;
}

/** The same request where a pipeline is new: Databricks takes a selection only after one whole update. */
export function firstRun(request: RunRequest, plan: EnvironmentPlan): RunRequest {
  const made = plan.actions.filter((one) => one.action === "create" || one.action === "recreate");
  const fresh = new Set(made.map((one) => one.resource));
  return new Map([...request].map(([key, tables]) => [key, fresh.has(`pipelines.${key}`) ? "all" : tables]));
}

export function runArguments(common: readonly string[], pipeline: string, tables: readonly string[] | "all"): string[] {
  return ["bundle", "run", pipeline, ...common, ...(tables === "all" ? [] : ["--refresh", tables.join(",")])];
}

/** The commands that a person types to start the same updates: what the comment shows for a code-only change. */
export function runCommands(request: RunRequest, target: string): string[] {
  return [...request]
    .filter(([, tables]) => tables.length > 0)
    .map(([pipeline, tables]) =>
      ["databricks", ...runArguments(["-t", target], pipeline, tables)].map(shellWord).join(" "),
    );
}

/** Starts the updates, one pipeline after the other, and follows them to their end. LDP536 for each that fails. */
export async function runPipelines(
  session: Session,
  request: RunRequest,
): Promise<{ readonly pipelines: readonly string[]; readonly diagnostics: readonly Diagnostic[] }> {
  const { tools, environment, target } = session.options;
  const pipelines: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [pipeline, tables] of request) {
    if (tables.length === 0 || tools.signal?.aborted) continue;
    pipelines.push(pipeline);
    const result = await session.cli.call(runArguments(session.arguments, pipeline, tables), {
      timeout: session.limits.run,
      onStderrLine: (line) => {
        if (line.trim() !== "" && !/^(Warning|Recommendation): /.test(line)) tools.log(line.trim());
      },
    });
    if (result.ok) continue;
    const errors = parseCliDiagnostics(result.stderr).filter((one) => one.severity === "Error");
    const why = result.timedOut ? "it took too long" : (errors[0]?.summary ?? lastLines(result.stderr, 2).join(" | "));
    const [command = ""] = runCommands(new Map([[pipeline, tables]]), target);
    diagnostics.push(
      finding("LDP536", `${environment}: deployed, but the update of ${pipeline} failed: ${why}`, null, {
        hint: `Start it again with \`${command}\`.`,
      }),
    );
  }
  return { pipelines, diagnostics };
}
