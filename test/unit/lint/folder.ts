import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder with files, removed when the test ends. */
export function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "ldp-test-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A folder of programs, each the body of a shell script. */
export function programs(bodies: Readonly<Record<string, string>>): string {
  const folder = folderOf();
  for (const [name, body] of Object.entries(bodies)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** A folder of small scripts that start the given programs, to be the whole PATH. A link would not do: Python looks beside itself. */
export function linksTo(paths: readonly string[]): string {
  return programs(Object.fromEntries(paths.map((path) => [basename(path), `exec ${path} "$@"`])));
}
