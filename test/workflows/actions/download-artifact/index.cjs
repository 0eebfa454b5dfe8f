// With a pattern each artifact gets a folder of its name; with a name its files go to the path itself.
const { cpSync, readdirSync } = require("node:fs");
const { join } = require("node:path");

const { ARTIFACTS, INPUT_NAME, INPUT_PATTERN, INPUT_PATH } = process.env;
if (INPUT_NAME) cpSync(join(ARTIFACTS, INPUT_NAME), INPUT_PATH, { recursive: true });
else {
  const pattern = new RegExp(`^${INPUT_PATTERN.replaceAll("*", ".*")}$`);
  for (const name of readdirSync(ARTIFACTS).filter((each) => pattern.test(each)))
    cpSync(join(ARTIFACTS, name), join(INPUT_PATH, name), { recursive: true });
}
