import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "../diagnostics/diagnostic.js";
import { type ConfigFile, type ConfigFiles, type ConfigValue, map, targets } from "./config-files.js";

/** An artifact that `bundle plan` would build, which runs the build commands of whoever wrote the files. */
export interface Build {
  readonly artifact: string;
  readonly why: string;
  readonly place: Place;
}

/**
 * What a plan would build: artifacts with a `build` command, wheels without one (the CLI then runs `setup.py`), and the wheel
 * that the CLI makes up for a `setup.py` beside databricks.yml when a task has local libraries. Restricted execution stops none
 * of them.
 */
export function artifactBuilds(config: ConfigFiles, target: string, directory: string): Build[] {
  const builds = config.files.flatMap((file) => [
    ...fileBuilds(file, ["artifacts"], file.value.artifacts),
    ...targets(file)
      .filter(([, name]) => name === target)
      .flatMap(([section, name, value]) => fileBuilds(file, [section, name, "artifacts"], value.artifacts)),
  ]);
  const [root] = config.files;
  if (builds.length > 0 || !root || hasArtifacts(config) || !existsSync(join(directory, "setup.py"))) return builds;
  if (!config.files.some((file) => localLibrary(file.value))) return builds;
  const place = { file: "setup.py", line: 1, column: 1 };
  return [{ artifact: "setup.py", why: "the CLI builds a wheel of it for tasks with local libraries", place }];
}

/**
 * Where the bundle names the terraform program to run (`bundle.terraform.exec_path`): the CLI starts it with the credentials, in
 * restricted execution too.
 */
export function namedPrograms(config: ConfigFiles, target: string): Place[] {
  const named = (value: ConfigValue | undefined) => map(value).terraform !== undefined;
  return config.files.flatMap((file) => [
    ...(named(file.value.bundle) ? [file.place(["bundle", "terraform"])] : []),
    ...targets(file)
      .filter(([, name, value]) => name === target && named(value.bundle))
      .map(([section, name]) => file.place([section, name, "bundle", "terraform"])),
  ]);
}

/** Whether the bundle has artifacts at all, built or not: `bundle deploy --plan` of some versions leaves them out. */
export function hasArtifacts(config: ConfigFiles): boolean {
  return config.files.some(
    (file) => file.value.artifacts !== undefined || targets(file).some(([, , value]) => value.artifacts !== undefined),
  );
}

function fileBuilds(file: ConfigFile, path: readonly string[], value: ConfigValue | undefined): Build[] {
  return Object.entries(map(value)).flatMap(([artifact, body]) => {
    const { build, type, files } = map(body);
    const place = file.place([...path, artifact]);
    if (build !== undefined && build !== null && build !== "")
      return [{ artifact, why: "it has a `build` command", place }];
    // A part of it may stand in another file or target: only what surely builds nothing passes.
    if (type === "whl" || files === undefined) return [{ artifact, why: "it is a wheel that the CLI builds", place }];
    return [];
  });
}

/** Whether a task names a library that is a file: under these keys the CLI looks for them. */
function localLibrary(value: ConfigValue): boolean {
  if (Array.isArray(value)) return value.some(localLibrary);
  return Object.entries(map(value)).some(
    ([key, item]) =>
      ((key === "whl" || key === "jar" || key === "egg" || key === "requirements") && typeof item === "string") ||
      (key === "dependencies" && Array.isArray(item)) ||
      localLibrary(item),
  );
}
