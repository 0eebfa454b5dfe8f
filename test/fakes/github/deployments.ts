import { type Asked, notFound, ok, page, Refusal, type Reply, unprocessable } from "./http.ts";
import type { Handlers } from "./routes.ts";
import { type Deployment, type DeploymentStatus, type State, user, userJson } from "./state.ts";
import type { Need } from "./tokens.ts";

const read: Need = [["deployments", "read"]];
const write: Need = [["deployments", "write"]];

export function deploymentHandlers(state: State, base: () => string): Handlers {
  const url = () => `${base()}/repos/${state.owner}/${state.name}`;
  const found = (asked: Asked): Deployment => {
    const deployment = state.deployments.find(({ id }) => id === Number(asked.parts.deployment_id));
    if (!deployment) throw notFound();
    return deployment;
  };
  const json = (deployment: Deployment) => deploymentJson(url(), base(), deployment);
  return {
    "repos/list-deployments": {
      need: read,
      handle: (asked) => {
        const wanted = (name: string, value: string) => [null, "none", value].includes(asked.query.get(name));
        const list = state.deployments.filter(
          ({ sha, ref, task, environment }) =>
            wanted("sha", sha) && wanted("ref", ref) && wanted("task", task) && wanted("environment", environment),
        );
        return page(asked, base(), list.map(json).reverse());
      },
    },
    "repos/create-deployment": { need: write, handle: (asked) => create(state, asked, json) },
    "repos/get-deployment": { need: read, handle: (asked) => ok(json(found(asked))) },
    "repos/list-deployment-statuses": {
      need: read,
      handle: (asked) => {
        const deployment = found(asked);
        return page(
          asked,
          base(),
          deployment.statuses.map((status) => statusJson(url(), base(), deployment, status)),
        );
      },
    },
    "repos/create-deployment-status": {
      need: write,
      handle: (asked) => {
        const deployment = found(asked);
        const status = addStatus(state, deployment, asked);
        return { status: 201, body: statusJson(url(), base(), deployment, status) };
      },
    },
  };
}

function create(state: State, asked: Asked, json: (deployment: Deployment) => object): Reply {
  const { ref, task, environment, payload, description, auto_merge, required_contexts } = asked.body;
  const sha = state.git?.resolve(String(ref));
  if (!sha || !state.git) throw new Refusal(422, `No ref found for: ${ref}`);
  const branch = state.git.resolve(state.defaultBranch);
  if (auto_merge !== false && branch && state.git.distance(branch, sha).behind > 0) {
    return { status: 202, body: { message: `Auto-merged ${state.defaultBranch} into ${ref} on deployment.` } };
  }
  // The check of the very job that deploys is pending.
  if (required_contexts === undefined) throw new Refusal(409, `Conflict: Commit status checks failed for ${ref}.`);
  checkDescription(description);
  const text = (value: unknown, standard: string) => (typeof value === "string" ? value : standard);
  const deployment: Deployment = {
    id: state.nextId(),
    sha,
    ref: String(ref),
    task: text(task, "deploy"),
    environment: text(environment, "production"),
    payload: payload ?? "",
    description: text(description, ""),
    transient: asked.body.transient_environment === true,
    production: asked.body.production_environment === true,
    creator: user(asked.caller.login, asked.caller.id),
    createdAt: state.now(),
    statuses: [],
  };
  state.deployments.push(deployment);
  return { status: 201, body: json(deployment) };
}

function addStatus(state: State, deployment: Deployment, asked: Asked): DeploymentStatus {
  const { description, environment_url, log_url, auto_inactive } = asked.body;
  checkDescription(description);
  for (const [name, value] of Object.entries({ environment_url, log_url })) {
    if (value !== undefined && value !== "" && !/^https?:\/\//.test(String(value))) {
      throw unprocessable("DeploymentStatus", name, `${name} must use http(s) scheme`);
    }
  }
  const status = (of: string): DeploymentStatus => ({
    id: state.nextId(),
    state: of,
    description: String(description ?? ""),
    environmentUrl: String(environment_url ?? ""),
    logUrl: String(log_url ?? ""),
    creator: user(asked.caller.login, asked.caller.id),
    createdAt: state.now(),
  });
  const added = status(String(asked.body.state));
  deployment.statuses.unshift(added);
  if (added.state === "success" && auto_inactive !== false) {
    for (const earlier of state.deployments) {
      const same = earlier.environment === deployment.environment && earlier.id < deployment.id;
      if (same && !earlier.transient && !earlier.production && earlier.statuses[0]?.state === "success") {
        earlier.statuses.unshift(status("inactive"));
      }
    }
  }
  return added;
}

function checkDescription(description: unknown): void {
  if (typeof description === "string" && description.length > 140) {
    throw unprocessable("Deployment", "description", "description is too long (maximum is 140 characters)");
  }
}

function deploymentJson(url: string, base: string, deployment: Deployment): object {
  return {
    url: `${url}/deployments/${deployment.id}`,
    id: deployment.id,
    node_id: `DE_${deployment.id}`,
    task: deployment.task,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: deployment.createdAt,
    updated_at: deployment.createdAt,
    statuses_url: `${url}/deployments/${deployment.id}/statuses`,
    repository_url: url,
    creator: userJson(base, deployment.creator),
    sha: deployment.sha,
    ref: deployment.ref,
    payload: deployment.payload,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: null,
  };
}

function statusJson(url: string, base: string, deployment: Deployment, status: DeploymentStatus): object {
  const own = `${url}/deployments/${deployment.id}`;
  return {
    url: `${own}/statuses/${status.id}`,
    id: status.id,
    node_id: `DES_${status.id}`,
    state: status.state,
    creator: userJson(base, status.creator),
    description: status.description,
    environment: deployment.environment,
    target_url: status.logUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: own,
    repository_url: url,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: null,
  };
}
