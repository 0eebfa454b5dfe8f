import { onTestFinished } from "vitest";
import type { Forge } from "../../../src/forge/forge.js";
import { githubForge } from "../../../src/forge/github/forge.js";
import { writeHeader } from "../../../src/render/header.js";
import { defaultToken, type GitHub, type GitHubOptions, startGitHub } from "../../fakes/github/github.ts";

/** A fake GitHub, and the forge that speaks to it; waits of retries are recorded in place of being waited. */
export interface Scene {
  readonly github: GitHub;
  readonly forge: Forge;
  readonly log: string[];
  readonly waits: number[];
}

export async function scene(options: GitHubOptions = {}, token = defaultToken): Promise<Scene> {
  const github = await startGitHub(options);
  onTestFinished(() => github.close());
  return { github, ...forgeAt(github, token) };
}

export function forgeAt(github: GitHub, token = defaultToken): Omit<Scene, "github"> {
  const log: string[] = [];
  const waits: number[] = [];
  const forge = githubForge({
    env: { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: "acme/shop", GITHUB_RUN_ID: "42" },
    token,
    print: (line) => log.push(line),
    client: {
      sleep: async (milliseconds) => {
        waits.push(milliseconds);
      },
      random: () => 0.5,
      now: () => 0,
    },
  });
  return { forge, log, waits };
}

/** A comment's body as ours is, for a commit. */
export function ours(text: string, key = ""): string {
  return `${writeHeader({ key, commit: null, environments: [] })}\n${text}`;
}

export function part<T>(value: T | null): T {
  if (value === null) throw new Error("the forge lacks this part");
  return value;
}
