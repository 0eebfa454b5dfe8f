import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The full path of a program on the PATH of `environment`, or null. Relative entries of PATH are passed over: they would find what
 * the project brings.
 */
export function which(name: string, environment: Readonly<Record<string, string | undefined>>): string | null {
  const key = Object.keys(environment).find((variable) => variable.toUpperCase() === "PATH") ?? "PATH";
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat", ".com"] : [""];
  for (const folder of (environment[key] ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (isProgram(path)) return path;
    }
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
