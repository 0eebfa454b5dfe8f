// Prints what CHANGELOG.md says of a version: node scripts/release-notes.mjs 1.2.3
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fail, root } from "./toolchain.mjs";

const version = process.argv[2] ?? fail("usage: node scripts/release-notes.mjs VERSION");
const sections = readFileSync(join(root, "CHANGELOG.md"), "utf8").split(/^(?=## )/m);
const section = sections.find(
  (text) => text.startsWith(`## ${version}`) && !/^[\w.-]/.test(text.slice(3 + version.length)),
);
const notes = section?.replace(/^## .*\n/, "").trim();
if (!notes) fail(`CHANGELOG.md has no section "## ${version}".`);
console.log(notes);
