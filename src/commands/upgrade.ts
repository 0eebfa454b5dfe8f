import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { byCodePoint } from "../order.js";
import { UserError } from "../system/errors.js";
import { readManifest } from "../template/engine-version.js";
import {
  contentHash,
  type EngineManifest,
  isEngineFile,
  MANIFEST,
  manifestText,
  renderTemplate,
  type TemplateValues,
} from "../template/template.js";
import { version } from "../version.js";
import { DEFAULT_ACTION_REF } from "./init.js";

/** What `ldp upgrade` did. Paths are relative to the project, with `/`. */
export interface UpgradeResult {
  /** The version that wrote the files before; null where no manifest says it. */
  readonly from: string | null;
  readonly to: string;
  readonly renewed: readonly string[];
  readonly added: readonly string[];
  /** Files of an older engine that this one has no more. */
  readonly removed: readonly string[];
  /** Files that somebody edited: they were left as they are. */
  readonly edited: readonly string[];
}

/**
 * Renews the engine's files of a project: those that are as an earlier `ldp` wrote them, told by their hash in the manifest. A file
 * that somebody edited is left alone and named. Throws UserError LDP901 where there is no engine, LDP904 where a folder or a link
 * stands in a file's place.
 */
export function upgradeProject(dir: string): UpgradeResult {
  const before = manifestOf(dir);
  if (before === null && !existsSync(join(dir, "pipelines", "ldp_engine.py")))
    throw new UserError("LDP901", `${dir} has no engine to upgrade`, "`ldp init` writes it, and overwrites nothing");
  const wanted = new Map([...renderTemplate(placeholders)].filter(([path]) => isEngineFile(path)));
  const now = new Map(
    [...new Set([...wanted.keys(), ...Object.keys(before?.files ?? {})])].map((path) => [path, currentHash(dir, path)]),
  );
  const renewed: string[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  const edited: string[] = [];
  const hashes: Record<string, string> = {};
  for (const [path, hash] of [...now].sort(([a], [b]) => byCodePoint(a, b))) {
    const text = wanted.get(path);
    const known = before?.files[path];
    const untouched = hash === null || hash === known || (text !== undefined && hash === contentHash(text));
    if (text === undefined) {
      if (hash !== null && untouched) {
        rmSync(join(dir, path));
        removed.push(path);
      } else if (hash !== null) edited.push(path);
    } else if (untouched) {
      hashes[path] = contentHash(text);
      if (hash === hashes[path]) continue;
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
      (hash === null ? added : renewed).push(path);
    } else {
      edited.push(path);
      // Still the hash of what ldp wrote, so that the next upgrade sees the edit too.
      if (known !== undefined) hashes[path] = known;
    }
  }
  const manifest: EngineManifest = { schema: "ldp.engine/1", version, files: hashes };
  mkdirSync(dirname(join(dir, MANIFEST)), { recursive: true });
  writeFileSync(join(dir, MANIFEST), manifestText(manifest));
  return { from: before?.version ?? null, to: version, renewed, added, removed, edited };
}

/** What was renewed and what was not, for a terminal. */
export function renderUpgrade(result: UpgradeResult): string {
  const { from, to, renewed, added, removed, edited } = result;
  const changed = renewed.length + added.length + removed.length;
  const list = (title: string, paths: readonly string[]) =>
    paths.length > 0 ? [`${title}:`, ...paths.map((path) => `  ${path}`)] : [];
  return [
    changed > 0
      ? `The engine is of version ${to} now${from === null || from === to ? "" : `; it was ${from}`}.`
      : edited.length > 0
        ? `Nothing was renewed: every other file is of version ${to}.`
        : `The engine is of version ${to} already.`,
    ...list("Renewed", renewed),
    ...list("Added", added),
    ...list("Removed, since this version has no use for them", removed),
    ...list("Left alone, since somebody edited them", edited),
    ...(edited.length > 0
      ? ["To take the new ones, remove these files and run `ldp upgrade` again; git shows what was yours."]
      : []),
    ...(changed > 0
      ? ["Next: review `git diff pipelines/`, and commit it. The project's digest changes with it."]
      : []),
    "",
  ].join("\n");
}

/** The engine's files hold no placeholder but the version. */
const placeholders: TemplateValues = {
  name: "pipelines",
  catalog: "main",
  schema: "main",
  actionRef: DEFAULT_ACTION_REF,
};

function manifestOf(dir: string): EngineManifest | null {
  const path = join(dir, MANIFEST);
  return existsSync(path) ? readManifest(readFileSync(path)) : null;
}

/** Null where there is no file. */
function currentHash(dir: string, path: string): string | null {
  let place = dir;
  for (const part of path.split("/")) {
    place = join(place, part);
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found === undefined) return null;
    const last = place === join(dir, path);
    if (last ? !found.isFile() : !found.isDirectory())
      throw new UserError(
        "LDP904",
        `${place} is not a ${last ? "file" : "folder"}`,
        "Move it away; the engine's files are written there",
      );
  }
  return contentHash(readFileSync(place, "utf8"));
}
