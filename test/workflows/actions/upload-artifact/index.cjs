// Files come to lie flat below the artifact's name, as the real action does with single files.
const { cpSync, existsSync, mkdirSync } = require("node:fs");
const { basename, join } = require("node:path");

const folder = join(process.env.ARTIFACTS, process.env.INPUT_NAME);
if (existsSync(folder) && process.env.INPUT_OVERWRITE !== "true")
  throw new Error(`there is an artifact ${process.env.INPUT_NAME} already`);
mkdirSync(folder, { recursive: true });
for (const path of process.env.INPUT_PATH.split("\n").filter((line) => line !== "")) {
  if (!existsSync(path)) throw new Error(`No files were found with the provided path: ${path}`);
  cpSync(path, join(folder, basename(path)), { recursive: true });
}
