import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DEFAULT_ACTION_REF } from "../../src/commands/init.js";
import { renderTemplate } from "../../src/template/template.js";

/** Our own workflows and those that `ldp init` writes, by path in their repository. */
export function workflows(): {
  readonly ours: Readonly<Record<string, string>>;
  readonly template: Readonly<Record<string, string>>;
} {
  const folder = ".github/workflows";
  const ours = readdirSync(folder).map(
    (name) => [`${folder}/${name}`, readFileSync(join(folder, name), "utf8")] as const,
  );
  const project = renderTemplate({ name: "shop", catalog: "main", schema: "shop", actionRef: DEFAULT_ACTION_REF });
  const template = [...project].filter(([path]) => path.startsWith(".github/"));
  return { ours: Object.fromEntries(ours), template: Object.fromEntries(template) };
}

/** Writes files below a folder of its own. */
export function write(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "ldp-workflows-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
