import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { type FileTree, TreeError } from "../project/tree.js";
import { version } from "../version.js";
import { type EngineManifest, MANIFEST } from "./template.js";

const ENGINE = "pipelines/ldp_engine.py";

/**
 * LDP106 where a project's engine and this ldp may disagree: another major version, an engine of a later minor version, or an
 * engine that does not say its version. An older engine of the same major version is fine. Nothing where there is no engine.
 */
export function checkEngineVersion(tree: FileTree, current = version): Diagnostic[] {
  if (tree.kind(ENGINE) !== "file") return [];
  const manifest = tree.kind(MANIFEST) === "file" ? readTreeManifest(tree) : null;
  if (manifest === null)
    return [finding(ENGINE, `${MANIFEST} does not say which version of ldp wrote the engine`, "Run `ldp upgrade`")];
  const [major, minor] = numbers(manifest.version);
  const [ourMajor, ourMinor] = numbers(current);
  if (major === ourMajor && minor <= ourMinor) return [];
  const older = major < ourMajor;
  const hint = older ? "Run `ldp upgrade`, and commit the renewed files" : `Use ldp ${major}.${minor} or later`;
  return [finding(MANIFEST, `the engine is of version ${manifest.version}, and this is ldp ${current}`, hint)];
}

/** The manifest in a file's bytes; null for what is none. */
export function readManifest(bytes: Uint8Array): EngineManifest | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (!isRecord(value) || value.schema !== "ldp.engine/1" || typeof value.version !== "string") return null;
  if (!/^\d+\.\d+\.\d+/.test(value.version) || !isRecord(value.files)) return null;
  const files: Record<string, string> = {};
  for (const [path, hash] of Object.entries(value.files)) {
    // A manifest of a pull request must not name a file outside the engine.
    if (typeof hash !== "string" || !/^pipelines(\/[\w-][\w.-]*)+$/.test(path)) return null;
    files[path] = hash;
  }
  return { schema: "ldp.engine/1", version: value.version, files };
}

function readTreeManifest(tree: FileTree): EngineManifest | null {
  try {
    return readManifest(tree.read(MANIFEST));
  } catch (error) {
    if (error instanceof TreeError) return null;
    throw error;
  }
}

function finding(file: string, message: string, hint: string): Diagnostic {
  return { code: "LDP106", severity: "warning", message, file, line: 1, column: 1, hint };
}

function numbers(text: string): readonly [number, number] {
  const [major = "0", minor = "0"] = text.split(".");
  return [Number(major), Number(minor)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
