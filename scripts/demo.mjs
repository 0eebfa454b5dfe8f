// Plays the life of a change to example-repo/ with the built action: pull request, merge, release. Needs Node 20+, Python 3.10+ and
// git; everything else is played on loopback. usage: npm run demo [-- --no-cli]
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, installDependencies, node24, root, status, toolEnvironment } from "./toolchain.mjs";

if (Number(process.versions.node.split(".")[0]) < 20)
  fail(`Node.js 20 or newer is needed, this is ${process.version}.`);
if (!works("git", ["--version"])) fail("git is missing: install it (https://git-scm.com).");
const minimum = "import sys; sys.exit(sys.version_info < (3, 10))";
if (!["python3", "python"].some((name) => works(name, ["-c", minimum]))) {
  fail("Python 3.10 or newer is missing: ruff is installed with it (https://www.python.org).");
}
installDependencies();
if (!existsSync(join(root, "dist", "index.js"))) fail("dist/index.js is missing: run npm run build.");
const play = [join(root, "test", "demo", "main.ts"), ...process.argv.slice(2)];
process.exit(status(node24(), ["--disable-warning=ExperimentalWarning", ...play], { env: toolEnvironment() }));

function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
