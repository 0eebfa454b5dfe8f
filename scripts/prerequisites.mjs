// What the tests need besides npm packages: installed where it can be, named where it can't.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, status, toolEnvironment } from "./toolchain.mjs";

/**
 * Installs Debian packages for commands that are missing, as root on Debian; otherwise leaves the tests to skip by name.
 * @param commands the packages by the command that they bring.
 */
export function debianPackages(commands) {
  const missing = Object.entries(commands).filter(([command]) => !found(command));
  if (missing.length === 0 || process.getuid?.() !== 0 || !found("apt-get")) return;
  const packages = missing.flatMap(([, names]) => names);
  console.error(`Installing Debian packages: ${packages.join(", ")} …`);
  const env = toolEnvironment({ DEBIAN_FRONTEND: "noninteractive" });
  status("apt-get", ["update", "-qq"], { env, stdio: ["ignore", "ignore", 2] });
  status("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
    env,
    stdio: ["ignore", "ignore", 2],
  });
}

/** The interpreter of a virtual environment with test/python/requirements.txt; null where Python 3.10+ is missing. */
export function pythonEnvironment() {
  const folder = join(root, ".venv");
  const python = process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
  const requirements = join(root, "test", "python", "requirements.txt");
  const stamp = join(folder, ".installed-from");
  const wanted = createHash("sha256").update(readFileSync(requirements)).digest("hex");
  if (existsSync(python) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return python;
  const system = ["python3", "python"].find((name) => supported(name));
  if (!system) return null;
  console.error("Making the virtual environment of the tests (.venv) …");
  if (!existsSync(python) && status(system, ["-m", "venv", folder]) !== 0) {
    debianPackages({ "python3-venv-is-missing": ["python3-venv"] });
    if (status(system, ["-m", "venv", "--clear", folder]) !== 0) return null;
  }
  if (status(python, ["-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", requirements]) !== 0)
    return null;
  writeFileSync(stamp, wanted);
  return python;
}

/** The path of a Go program at a version, installed into .cache/bin where Go is there; empty where it can't be had. */
export function goTool(module, version) {
  const folder = join(root, ".cache", "bin");
  const name = module.split("/").at(-1);
  const binary = join(folder, process.platform === "win32" ? `${name}.exe` : name);
  const stamp = `${binary}.version`;
  if (existsSync(binary) && existsSync(stamp) && readFileSync(stamp, "utf8") === version) return binary;
  if (!found("go")) return "";
  mkdirSync(folder, { recursive: true });
  console.error(`Installing ${name} ${version} with go install …`);
  if (status("go", ["install", `${module}@${version}`], { env: toolEnvironment({ GOBIN: folder }) }) !== 0) return "";
  writeFileSync(stamp, version);
  return binary;
}

function found(command) {
  const names = process.platform === "win32" ? [`${command}.exe`, command] : [command];
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => names.some((name) => existsSync(join(folder, name))));
}

function supported(python) {
  return (
    spawnSync(python, ["-c", "import sys; sys.exit(sys.version_info < (3, 10))"], { stdio: "ignore" }).status === 0
  );
}
