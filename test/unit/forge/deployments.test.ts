import { rmSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { NewDeployment } from "../../../src/forge/forge.js";
import { makeRepository } from "../../e2e/git.ts";
import { jobToken } from "../../fakes/github/tokens.ts";
import { part, scene } from "./github.ts";

const done = { environmentUrl: "https://workspace.example.com/pipelines/1", description: "3 created" };

async function deployScene(...args: Parameters<typeof scene>) {
  const repo = makeRepository();
  onTestFinished(() => rmSync(repo.folder, { recursive: true }));
  const made = await scene({ repository: repo.folder, ...args[0] }, args[1]);
  const tree = repo.git("rev-parse", "HEAD^{tree}");
  const deployment: NewDeployment = {
    environment: "dev",
    sha: repo.git("rev-parse", "HEAD"),
    tree,
    project: `sha256:${"0".repeat(64)}`,
    directory: ".",
    bundleDigest: null,
    override: null,
    production: false,
  };
  return { ...made, repo, deployment, deployments: part(made.forge.deployments) };
}

async function deploy(
  it: Awaited<ReturnType<typeof deployScene>>,
  more: Partial<NewDeployment> = {},
  state = "success" as const,
) {
  const started = await it.deployments.start({ ...it.deployment, ...more });
  if (!started.ok) throw new Error(started.finding.message);
  await it.deployments.finish(started.value, state, done);
  return started.value;
}

describe("our record of a deployment", () => {
  it("has our task, what was deployed, its states, the address and the run", async () => {
    const it = await deployScene();
    const id = await deploy(it);
    expect(it.github.state.deployments).toMatchObject([
      {
        id,
        task: "ldp-deploy",
        environment: "dev",
        sha: it.deployment.sha,
        payload: {
          schema: "ldp.deployment/1",
          tree: it.deployment.tree,
          directory: ".",
          project: it.deployment.project,
        },
        statuses: [
          { state: "success", description: "3 created", environmentUrl: done.environmentUrl },
          { state: "in_progress", logUrl: "https://github.com/acme/shop/actions/runs/42" },
        ],
      },
    ]);
  });

  it("is made for a commit behind the default branch, and while checks run", async () => {
    const it = await deployScene();
    it.repo.commit("Newer", { "a.py": "" });
    await deploy(it);
    expect(it.github.state.deployments).toHaveLength(1);
  });

  it("keeps the reason of an override", async () => {
    const it = await deployScene();
    await deploy(it, { override: "hotfix of incident 12" });
    const found = await it.deployments.succeeded("dev", it.deployment.tree, ".");
    expect(found).toMatchObject({ ok: true, value: { override: "hotfix of incident 12" } });
  });

  it("cuts a long description to what GitHub takes", async () => {
    const it = await deployScene();
    const started = await it.deployments.start({ ...it.deployment, override: "x".repeat(300) });
    expect(started.ok).toBe(true);
    const id = started.ok ? started.value : 0;
    const finished = await it.deployments.finish(id, "failure", {
      environmentUrl: null,
      description: "y\n".repeat(300),
    });
    expect(finished).toEqual({ ok: true, value: null });
    expect(it.github.state.deployments[0]?.statuses[0]?.description).toHaveLength(140);
  });
});

describe("whether a tree was deployed", () => {
  it("any past success counts, since newer ones turn old ones inactive", async () => {
    const it = await deployScene();
    const first = await deploy(it);
    const sha = it.repo.commit("Newer", { "a.py": "x = 1\n" });
    await deploy(it, { sha, tree: it.repo.git("rev-parse", "HEAD^{tree}") });
    expect(it.github.state.deployments[0]?.statuses[0]?.state).toBe("inactive");
    const found = await it.deployments.succeeded("dev", it.deployment.tree, ".");
    expect(found).toMatchObject({
      ok: true,
      value: { id: first, sha: it.deployment.sha, project: it.deployment.project },
    });
  });

  it("another environment, folder or tree, a failure, and one that never ended do not", async () => {
    const it = await deployScene();
    await deploy(it, { environment: "test" });
    await deploy(it, { directory: "other" });
    await deploy(it, { tree: "f".repeat(40) });
    await it.deployments.start(it.deployment);
    const failed = await it.deployments.start(it.deployment);
    if (failed.ok) await it.deployments.finish(failed.value, "failure", done);
    expect(await it.deployments.succeeded("dev", it.deployment.tree, ".")).toEqual({ ok: true, value: null });
  });

  it("nor does a record or a success that somebody else made", async () => {
    const it = await deployScene();
    const { state } = it.github;
    const someone = { login: "mallory", id: 666 };
    await deploy(it);
    const [record = never()] = state.deployments;
    state.deployments.splice(0, 1, { ...record, creator: { ...record.creator, ...someone } });
    expect(await it.deployments.succeeded("dev", it.deployment.tree, ".")).toEqual({ ok: true, value: null });
    const statuses = record.statuses.map((status) => ({ ...status, creator: { ...status.creator, ...someone } }));
    state.deployments.splice(0, 1, { ...record, statuses });
    expect(await it.deployments.succeeded("dev", it.deployment.tree, ".")).toEqual({ ok: true, value: null });
    state.deployments.splice(0, 1, record);
    expect(await it.deployments.succeeded("dev", it.deployment.tree, ".")).toMatchObject({ value: { id: record.id } });
  });

  it("nor do the records that GitHub makes for any job with an environment", async () => {
    const it = await deployScene();
    const { state } = it.github;
    const id = await deploy(it);
    state.deployments.splice(0, 1, { ...(state.deployments[0] ?? never()), id, task: "deploy" });
    expect(await it.deployments.succeeded("dev", it.deployment.tree, ".")).toEqual({ ok: true, value: null });
  });

  it("is found behind many newer ones", async () => {
    const it = await deployScene();
    await deploy(it);
    const { deployments } = it.github.state;
    const [first] = deployments;
    for (let id = 1; id <= 250; id += 1) {
      deployments.push({ ...(first ?? never()), id: 10_000 + id, payload: JSON.stringify({ schema: "x" }) });
    }
    expect(await it.deployments.succeeded("dev", it.deployment.tree, ".")).toMatchObject({
      ok: true,
      value: { id: first?.id },
    });
  });

  it("is a finding when the token may not ask", async () => {
    const it = await deployScene(
      { tokens: { ghs_less: { ...jobToken, permissions: { contents: "read" } } } },
      "ghs_less",
    );
    const answer = await it.deployments.succeeded("dev", it.deployment.tree, ".");
    expect(answer).toMatchObject({
      ok: false,
      finding: { code: "LDP905", message: expect.stringContaining("`deployments: read`") },
    });
  });
});

function never(): never {
  throw new Error("nothing was recorded");
}
