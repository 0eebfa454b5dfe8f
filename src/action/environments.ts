import { nearest } from "../diagnostics/nearest.js";
import type { ForgeEvent } from "../forge/event.js";
import type { Environment, Project } from "../project/model.js";
import { UserError } from "../system/errors.js";

/** The environments that an event deploys, in config.yml's order: by a push to the default branch, or by a tag. */
export function environmentsToDeploy(event: ForgeEvent, environments: readonly Environment[]): Environment[] {
  switch (event.kind) {
    case "branch-push":
      return event.isDefault ? environments.filter((environment) => environment.deployOn === "merge") : [];
    case "tag-push":
      return environments.filter((environment) => matchesTag(event.tag, environment.tagPattern));
    default:
      return [];
  }
}

/** Whether a tag matches a pattern, in which `*` stands for any text. */
export function matchesTag(tag: string, pattern: string | null): boolean {
  if (pattern === null) return false;
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(tag);
}

/**
 * An environment of config.yml by its name.
 * @throws UserError LDP901 when there is none of that name.
 */
export function namedEnvironment(project: Project, name: string): Environment {
  const found = project.environments.find((environment) => environment.name === name);
  if (found) return found;
  const names = project.environments.map((environment) => environment.name);
  const hint =
    nearest(name, names) ??
    (names.length > 0 ? `Environments: ${names.join(", ")}.` : "config.yml has no environments.");
  throw new UserError("LDP901", `There is no environment ${JSON.stringify(name)} in ${project.configFile}.`, hint);
}
