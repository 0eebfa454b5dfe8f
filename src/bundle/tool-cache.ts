import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { ToolCache } from "./install.js";

const TOOL = "databricks-cli";

/**
 * Downloads by @actions/tool-cache, for the action: it writes to stdout, which is a job's log there.
 * @param env the process's own variables: the two that the library reads are set where they are not
 */
export function actionsToolCache(env: Record<string, string | undefined>): ToolCache {
  const temporary = env.RUNNER_TEMP || join(tmpdir(), "ldp");
  const cache = env.RUNNER_TOOL_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "ldp", "tools");
  const library = () => {
    env.RUNNER_TEMP = temporary;
    env.RUNNER_TOOL_CACHE = cache;
    return import(/* webpackMode: "eager" */ "@actions/tool-cache");
  };
  return {
    find: async (version) => (await library()).find(TOOL, version) || null,
    download: async (url) => {
      const folder = join(temporary, randomUUID());
      mkdirSync(folder, { recursive: true });
      // The name is kept: its ending tells PowerShell that it may be unpacked.
      return (await library()).downloadTool(url, join(folder, basename(new URL(url).pathname)));
    },
    extract: async (file) => {
      const { extractTar, extractZip } = await library();
      return file.endsWith(".zip") ? extractZip(file) : extractTar(file);
    },
    keep: async (folder, version) => (await library()).cacheDir(folder, TOOL, version),
  };
}
