import type { DeploymentDetails, DeploymentRecord, NewDeployment, PastDeployment } from "../forge.js";
import type { Client } from "./client.js";
import { type Author, madeByUs } from "./identity.js";
import type { Place } from "./place.js";

/** Our own records: any job that names an environment makes GitHub record a deployment of the task `deploy`. */
const task = "ldp-deploy";
const schema = "ldp.deployment/1";
/** Pages of a hundred that are searched for a past deployment. */
const searchedPages = 20;

/** Records a deployment, with the state `in_progress`. */
export async function startDeployment(
  client: Client,
  place: Place,
  deployment: NewDeployment,
  logUrl: string | null,
): Promise<number> {
  const { environment, sha, production, ...record } = deployment;
  const { data } = await client.request("POST /repos/{owner}/{repo}/deployments", {
    ...place,
    ref: sha,
    task,
    environment,
    payload: { schema, ...record },
    description: record.override === null ? "" : cut(`override: ${record.override}`),
    // GitHub would merge the default branch into the ref, and refuse while any other check runs: this very job does.
    auto_merge: false,
    required_contexts: [],
    production_environment: production,
    transient_environment: false,
  });
  // 202 means that GitHub merged the default branch into the ref, which was forbidden above.
  if (!("id" in data)) throw new Error("GitHub did not create the deployment");
  const id = Number(data.id);
  await client.request("POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
    ...place,
    deployment_id: id,
    state: "in_progress",
    ...(logUrl ? { log_url: logUrl } : {}),
  });
  return id;
}

export async function finishDeployment(
  client: Client,
  place: Place,
  id: number,
  state: "success" | "failure" | "error",
  details: DeploymentDetails,
  logUrl: string | null,
): Promise<null> {
  await client.request("POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
    ...place,
    deployment_id: id,
    state,
    description: cut(details.description),
    ...(details.environmentUrl ? { environment_url: details.environmentUrl } : {}),
    ...(logUrl ? { log_url: logUrl } : {}),
    auto_inactive: true,
  });
  return null;
}

export async function succeededDeployment(
  client: Client,
  place: Place,
  environment: string,
  tree: string,
  directory: string,
): Promise<PastDeployment | null> {
  let pages = 0;
  // Whoever may write to the repository can make records and states that look like ours.
  let ours: ((author: Author | null) => boolean) | undefined;
  const pagesOfAll = client.paginate.iterator("GET /repos/{owner}/{repo}/deployments", {
    ...place,
    task,
    environment,
    per_page: 100,
  });
  for await (const { data } of pagesOfAll) {
    for (const { id, sha, created_at: createdAt, payload, creator } of data) {
      const record = recordOf(payload);
      if (record?.tree !== tree || record.directory !== directory) continue;
      ours ??= await madeByUs(client);
      if (!ours(creator ?? null)) continue;
      if (await everSucceeded(client, place, id, ours)) return { id, sha, createdAt, ...record };
    }
    pages += 1;
    if (pages >= searchedPages) break;
  }
  return null;
}

/** All states that a deployment had are kept; `inactive` comes on top of `success` when a newer one succeeds. */
async function everSucceeded(
  client: Client,
  place: Place,
  id: number,
  ours: (author: Author | null) => boolean,
): Promise<boolean> {
  const statuses = await client.paginate("GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses", {
    ...place,
    deployment_id: id,
    per_page: 100,
  });
  return statuses.some((status) => status.state === "success" && ours(status.creator ?? null));
}

/** GitHub gives a payload back as the object or as its JSON. */
function recordOf(payload: unknown): DeploymentRecord | null {
  let value = payload;
  if (typeof payload === "string") {
    try {
      value = JSON.parse(payload);
    } catch {
      return null;
    }
  }
  if (typeof value !== "object" || value === null) return null;
  const record = value as Record<string, unknown>;
  const { tree, project, directory } = record;
  if (
    record.schema !== schema ||
    typeof tree !== "string" ||
    typeof project !== "string" ||
    typeof directory !== "string"
  ) {
    return null;
  }
  const optional = (entry: unknown) => (typeof entry === "string" ? entry : null);
  return { tree, project, directory, bundleDigest: optional(record.bundleDigest), override: optional(record.override) };
}

/** GitHub takes 140 characters. */
function cut(description: string): string {
  const line = description.replace(/\s+/g, " ").trim();
  return line.length <= 140 ? line : `${line.slice(0, 139)}…`;
}
