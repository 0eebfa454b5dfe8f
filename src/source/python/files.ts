import { posix } from "node:path";
import type { Statement } from "./ast.js";
import type { ModuleRun } from "./machine.js";
import { visit } from "./walk.js";

const named =
  /^[^\s:*?"<>|]{1,200}\.(?:sql|hql|json|jsonl|ya?ml|toml|ini|cfg|conf|properties|env|csv|tsv|txt|xml|avsc|proto|j2|jinja2?|tmpl|template)$/i;

/**
 * The files of the project that the texts of a statement name, with a hash of each: `open("q.sql")`, `f"{here}/q.sql"`,
 * `here / "sql" / "q.sql"`. A path counts from the module's folder, and from each folder above it.
 */
export function filesNamed(statement: Statement, run: ModuleRun): string {
  const texts: string[] = [];
  visit(statement, (node) => {
    if (node.type === "Text") texts.push(node.value);
  });
  const found = new Set<string>();
  texts.forEach((text, i) => {
    if (!named.test(text)) return;
    // The folders that are joined in front of it stand in front of it.
    const spellings = [0, 1, 2, 3].map((before) => texts.slice(Math.max(0, i - before), i + 1));
    for (const pieces of spellings) {
      const path = posix.join(...pieces.map((piece) => piece.replace(/^\/+/, "") || "."));
      for (let folder = posix.dirname(run.path); ; folder = posix.dirname(folder)) {
        const file = posix.join(folder, path);
        const hash = file.startsWith("..") ? null : run.fileHash(file);
        if (hash !== null) found.add(`${file} ${hash}`);
        if (folder === ".") break;
      }
    }
  });
  return [...found].sort().join("\n");
}
