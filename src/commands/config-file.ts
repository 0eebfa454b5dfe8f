import { isAbsolute, relative, resolve, sep } from "node:path";
import { UserError } from "../system/errors.js";

/**
 * The path of a config file relative to the project, with `/` and nothing to resolve: digests hold it, and git looks it up.
 * @param given relative to the project's folder, or absolute.
 * @throws UserError LDP901 when it is outside of the project.
 */
export function configFile(directory: string, given: string): string {
  const path = relative(directory, resolve(directory, given.replaceAll("\\", "/"))).replaceAll(sep, "/");
  if (path !== "" && path !== ".." && !path.startsWith("../") && !isAbsolute(path)) return path;
  throw new UserError(
    "LDP901",
    `The config file ${JSON.stringify(given)} is no file of the project ${directory}.`,
    "Give it relative to the project's folder.",
  );
}
