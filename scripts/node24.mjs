// Runs one of the project's development tools under the Node 24 that is a development dependency, whatever Node started this.
// usage: node scripts/node24.mjs TOOL [ARG ...]      TOOL is a name in node_modules/.bin
import { spawnSync } from "node:child_process";
import { node24, tool } from "./toolchain.mjs";

const [name, ...args] = process.argv.slice(2);
const result = spawnSync(node24(), [tool(name), ...args], { stdio: "inherit" });
process.exit(result.status ?? 1);
