import { createHash } from "node:crypto";
import { byCodePoint } from "../order.js";
import type { Project } from "./model.js";
import type { FileTree } from "./tree.js";

/** `sha256:` and the hex digest of a text's UTF-8 bytes. */
export function sha256(content: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Canonical JSON: keys sorted by code point, no spaces, non-ASCII as is (contract, "Two digests of content"). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** The hash of a file's bytes with CRLF read as LF. */
export function contentHash(bytes: Uint8Array): string {
  if (!bytes.includes(13)) return sha256(bytes);
  const kept = bytes.filter((byte, index) => byte !== 13 || bytes[index + 1] !== 10);
  return sha256(kept);
}

/** What the team's code is: `digest`, and the hash of each file by its path. */
export interface ProjectCode {
  readonly digest: string;
  readonly files: ReadonlyMap<string, string>;
}

/**
 * The project digest of the contract: the config file in use, every .py and .sql file under transformations/ and pipelines/, and
 * modules that config.yml names elsewhere; folders named __pycache__ or starting with a dot, and symbolic links, left out.
 */
export function projectCode(project: Project, tree: FileTree): ProjectCode {
  const paths = new Set([project.configFile]);
  for (const folder of ["transformations", "pipelines"]) {
    for (const path of tree.list(folder)) {
      const folders = path.split("/").slice(0, -1);
      if (/\.(py|sql)$/.test(path) && !folders.some((name) => name === "__pycache__" || name.startsWith(".")))
        paths.add(path);
    }
  }
  for (const table of project.tables) {
    if (!table.moduleRefused && tree.kind(table.module) === "file") paths.add(table.module);
  }
  const files = new Map([...paths].sort(byCodePoint).map((path) => [path, contentHash(tree.read(path))]));
  return { digest: sha256(canonicalJson([...files])), files };
}
