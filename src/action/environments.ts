import type { ForgeEvent } from "../forge/event.js";
import type { Environment } from "../project/model.js";

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
