import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../fixtures/bundle/project", import.meta.url));

/** A small project with a bundle, by path: three tables, dev on a merge, prod on a tag `v*` after dev. */
export const shop: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(folder.length + 1).replaceAll("\\", "/"), readFileSync(file, "utf8")];
    }),
);

/** The shop's files below a folder. */
export function shopIn(directory: string): Record<string, string> {
  return Object.fromEntries(Object.entries(shop).map(([path, text]) => [`${directory}/${path}`, text]));
}

/** The text of a file of the shop with something replaced, which must be there. */
export function edited(path: string, from: string, to: string): string {
  const text = shop[path] ?? "";
  if (!text.includes(from)) throw new Error(`${path} has no ${JSON.stringify(from)}`);
  return text.replace(from, to);
}
