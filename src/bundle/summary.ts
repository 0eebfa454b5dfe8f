import type { DeployedResource, EnvironmentPlan } from "./model.js";
import type { Session } from "./session.js";

/**
 * What a deploy did, with names, ids and links, of `bundle summary -o json`; null when that fails.
 * @param done as the CLI reported it; older ones report nothing, then the plan tells
 */
export async function deployedResources(
  session: Session,
  plan: EnvironmentPlan,
  done: readonly DeployedResource[],
): Promise<DeployedResource[] | null> {
  const result = await session.cli.call(["bundle", "summary", ...session.arguments, "-o", "json"], {
    timeout: session.limits.summary,
    attempts: 3,
  });
  if (!result.ok) return null;
  let summary: unknown;
  try {
    summary = JSON.parse(result.stdout);
  } catch {
    return null;
  }
  const resources = record(record(summary).resources);
  const actions = done.length > 0 ? done : plan.actions;
  return actions.map(({ resource, action }) => {
    const [type = "", key = ""] = resource.split(".");
    const entry = action === "delete" ? {} : record(record(resources[type])[key]);
    return { resource, action, name: text(entry.name), id: text(entry.id), url: text(entry.url) };
  });
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
