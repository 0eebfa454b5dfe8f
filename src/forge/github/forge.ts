import { renderAnnotations } from "../../render/annotations.js";
import { logText } from "../../render/escape/command.js";
import type { Environment } from "../event.js";
import type { Answer, Forge } from "../forge.js";
import { addToSummary } from "../summary.js";
import { type Client, type ClientOptions, createClient } from "./client.js";
import { readComments, writeComment } from "./comments.js";
import { finishDeployment, startDeployment, succeededDeployment } from "./deployments.js";
import { attempt, type Need } from "./failure.js";
import { defaultBranch, mergeBase, placeOnBranch, treeOf } from "./history.js";
import type { Place } from "./place.js";
import { changedFiles, mergedBy } from "./pulls.js";

export interface GitHubOptions {
  readonly env: Environment;
  /** Null: annotations and summary only. */
  readonly token: string | null;
  /** Where lines of the log go. */
  readonly print: (line: string) => void;
  readonly client?: Pick<ClientOptions, "sleep" | "now" | "random">;
}

/** GitHub as the forge of a job. The addresses and the repository are told by the runner's variables. */
export function githubForge({ env, token, print, client: clientOptions }: GitHubOptions): Forge {
  const place = placeOf(env.GITHUB_REPOSITORY);
  const logUrl =
    place && env.GITHUB_RUN_ID
      ? `${env.GITHUB_SERVER_URL || "https://github.com"}/${place.owner}/${place.repo}/actions/runs/${env.GITHUB_RUN_ID}`
      : null;
  return {
    kind: "github",
    annotate(findings, directory) {
      const { lines, shown, left } = renderAnnotations(findings, directory);
      for (const line of lines) print(line);
      return { shown, left };
    },
    addSummary: (...texts) => addToSummary(env.GITHUB_STEP_SUMMARY, texts),
    ...(place && token
      ? online(place, logUrl, {
          token,
          apiUrl: env.GITHUB_API_URL || "https://api.github.com",
          onRetry: (message) => print(logText(message)),
          ...clientOptions,
        })
      : { pullRequests: null, history: null, deployments: null }),
  };
}

function online(
  place: Place,
  logUrl: string | null,
  options: ClientOptions,
): Pick<Forge, "pullRequests" | "history" | "deployments"> {
  let created: Promise<Client> | undefined;
  const asked = <T>(need: Need, run: (client: Client) => Promise<T>): Promise<Answer<T>> => {
    created ??= createClient(options);
    const client = created;
    return attempt(need, async () => run(await client));
  };
  return {
    pullRequests: {
      writeComment: (number, body, head) =>
        asked({ to: `write the comment on pull request ${number}`, permission: "pull-requests: write" }, (client) =>
          writeComment(client, place, number, body, head),
        ),
      readComments: (number) =>
        asked({ to: `read the comments of pull request ${number}`, permission: "pull-requests: read" }, (client) =>
          readComments(client, place, number),
        ),
      mergedBy: (sha) =>
        asked(
          { to: `find the pull request of commit ${sha.slice(0, 8)}`, permission: "pull-requests: read" },
          (client) => mergedBy(client, place, sha),
        ),
      changedFiles: (number) =>
        asked({ to: `read what pull request ${number} changes`, permission: "pull-requests: read" }, (client) =>
          changedFiles(client, place, number),
        ),
    },
    history: {
      mergeBase: (base, head) =>
        asked(
          { to: `find where ${base.slice(0, 8)} and ${head.slice(0, 8)} part`, permission: "contents: read" },
          (client) => mergeBase(client, place, base, head),
        ),
      placeOnBranch: (sha, branch) =>
        asked({ to: `tell whether ${branch} has commit ${sha.slice(0, 8)}`, permission: "contents: read" }, (client) =>
          placeOnBranch(client, place, sha, branch),
        ),
      defaultBranch: () =>
        asked({ to: "read the name of the default branch", permission: "contents: read" }, (client) =>
          defaultBranch(client, place),
        ),
      treeOf: (sha) =>
        asked({ to: `read commit ${sha.slice(0, 8)}`, permission: "contents: read" }, (client) =>
          treeOf(client, place, sha),
        ),
    },
    deployments: {
      start: (deployment) =>
        asked(
          { to: `record the deployment to ${deployment.environment}`, permission: "deployments: write" },
          (client) => startDeployment(client, place, deployment, logUrl),
        ),
      finish: (id, state, details) =>
        asked({ to: "record how the deployment ended", permission: "deployments: write" }, (client) =>
          finishDeployment(client, place, id, state, details, logUrl),
        ),
      succeeded: (environment, tree, directory) =>
        asked({ to: `read the deployments to ${environment}`, permission: "deployments: read" }, (client) =>
          succeededDeployment(client, place, environment, tree, directory),
        ),
    },
  };
}

function placeOf(repository: string | undefined): Place | null {
  const [owner, repo] = repository?.split("/") ?? [];
  return owner && repo ? { owner, repo } : null;
}
