import { nearest } from "../diagnostics/nearest.js";
import type { Environment, Project } from "../project/model.js";
import { UserError } from "../system/errors.js";

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
