import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { RunProcess } from "../system/process.js";
import { which } from "../system/which.js";
import type { Variables } from "./environment.js";
import type { ToolCache } from "./install.js";

const DOWNLOAD = 5 * 60_000;

/**
 * A cache in a folder of the user's, for the `ldp` command: @actions/tool-cache writes workflow commands to stdout, which is for
 * results only.
 */
export function folderCache(env: Variables, run: RunProcess): ToolCache {
  const root = join(env.XDG_CACHE_HOME || env.LOCALAPPDATA || join(homedir(), ".cache"), "ldp", "databricks-cli");
  // Beside what is kept, so that a rename is all that keeping takes.
  const scratch = join(root, `.new-${randomUUID()}`);
  const newFolder = () => {
    const folder = join(scratch, randomUUID());
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  return {
    find: async (version) => {
      const folder = join(root, version);
      return existsSync(folder) ? folder : null;
    },
    download: async (url) => {
      const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      const file = join(newFolder(), basename(new URL(url).pathname));
      writeFileSync(file, Buffer.from(await response.arrayBuffer()));
      return file;
    },
    extract: async (file) => {
      const folder = newFolder();
      // The tar of Windows and macOS reads zip files too.
      const finished = await run(which("tar", env) ?? "tar", ["-xf", file, "-C", folder], { timeout: DOWNLOAD });
      if (finished.code !== 0) throw new Error(`tar could not unpack ${basename(file)}: ${finished.stderr.trim()}`);
      return folder;
    },
    keep: async (folder, version) => {
      const kept = join(root, version);
      // Another command may have been faster: then its copy is the same.
      if (!existsSync(kept)) renameSync(folder, kept);
      rmSync(scratch, { recursive: true, force: true });
      return kept;
    },
  };
}
