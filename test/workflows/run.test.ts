import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { DEFAULT_ACTION_REF } from "../../src/commands/init.js";
import { renderTemplate } from "../../src/template/template.js";
import { cliPath, missing } from "../e2e/bundle/bundle-project.js";
import { type Job, type Scenario, startScenario } from "../e2e/scenario.js";
import { defaultToken } from "../fakes/github/github.js";
import { forkToken, jobToken } from "../fakes/github/tokens.js";
import { startWorkspace, type Workspace, defaultToken as workspaceToken } from "../fakes/workspace/workspace.js";
import { type ActOptions, actIsThere, cleanUpAct, forAct, noAct, runAct } from "./act.js";

const deploy = ".github/workflows/deploy.yml";
const forked = "ghs_tokenOfTheFork";
const repository = "acme/shop";
const gold = "transformations/gold/orders_gold.py";

/** What `ldp init` writes, as act can run it. */
const project = Object.fromEntries(
  [...renderTemplate({ name: "shop", catalog: "main", schema: "shop", actionRef: DEFAULT_ACTION_REF })].map(
    ([path, text]) => [path, path === deploy ? forAct(text).text : text],
  ),
);
const changes = (factor: number) => ({
  [gold]: (project[gold] ?? "").replace('F.sum("amount")', `F.sum(F.col("amount") * ${factor})`),
});
/** The same in a repository that calls the reusable workflow. */
const caller = `name: Pipelines
on:
  pull_request:
  push:
    branches: [main]
    tags: ["v*"]
permissions: {}
jobs:
  ldp:
    permissions: {contents: read, pull-requests: write, id-token: write, deployments: write}
    uses: ${DEFAULT_ACTION_REF.replace("@", "/.github/workflows/ldp.yml@")}
    secrets:
      DATABRICKS_TOKEN: \${{ secrets.DATABRICKS_TOKEN }}
`;

let scenario: Scenario;
let workspace: Workspace;
let begun = false;
afterEach(async () => {
  cleanUpAct();
  if (!begun) return;
  begun = false;
  await scenario.end();
  await workspace.close();
});

async function begin(files: Readonly<Record<string, string>> = project) {
  workspace = await startWorkspace();
  scenario = await startScenario(files, { tokens: { [defaultToken]: jobToken, [forked]: forkToken } });
  begun = true;
}

function run(job: Job, more: Partial<ActOptions> & { token?: string } = {}) {
  const { token = defaultToken, ...options } = more;
  return runAct(job, {
    repository,
    env: {
      GITHUB_API_URL: scenario.github.url,
      GITHUB_GRAPHQL_URL: `${scenario.github.url}/graphql`,
      DATABRICKS_CLI_PATH: cliPath ?? "",
      DATABRICKS_TOKEN: workspaceToken,
      DATABRICKS_CACHE_ENABLED: "false",
      DATABRICKS_CLI_DISABLE_TELEMETRY: "1",
    },
    vars: { DATABRICKS_HOST: workspace.url, DATABRICKS_AUTH_TYPE: "pat" },
    secrets: { GITHUB_TOKEN: token, DATABRICKS_TOKEN: workspaceToken },
    ...options,
  });
}

describe("what is changed for act", () => {
  test("is a list of lines, and no other", () => {
    const template = renderTemplate({ name: "shop", catalog: "main", schema: "shop", actionRef: DEFAULT_ACTION_REF });
    expect(forAct(template.get(deploy) ?? "").changed).toEqual([
      "deployment: false # looking is no deployment",
      "queue: max",
      "queue: max",
    ]);
    const use = "uses: $/.github/actions/ldp";
    expect(forAct(readFileSync(".github/workflows/ldp.yml", "utf8")).changed).toEqual([
      ...[use, "deployment: false", use, use, "queue: max", use],
    ]);
  });
});

describe.each([
  ["the template's workflow", project, ["Check", "Plan dev", "Plan prod", "Comment", "Deploy dev", "Deploy prod"]],
  [
    "a caller of the reusable workflow",
    { ...project, [deploy]: caller },
    ["Validate", "Plan dev", "Plan prod", "Comment", "Deploy dev", "Deploy prod"],
  ],
] as const)("%s", (_, files, [check, planDev, planProd, comment, deployDev, deployProd]) => {
  type Context = { readonly skip: (condition: boolean, note: string) => void };
  const needsAct = (context: Context) => context.skip(!actIsThere(), noAct);
  const needsCli = (context: Context) => {
    needsAct(context);
    context.skip(cliPath === null, missing);
  };
  // The report of skipped tests shows names alone.
  const without = cliPath === null ? ` (${missing})` : "";

  test(`a pull request, a push to it, its merge, and a release${without}`, async (context) => {
    needsCli(context);
    await begin(files);
    const opened = await run(scenario.pullRequest(1, changes(2)));
    expect(opened.jobs, opened.log).toEqual(succeeded(check, planDev, planProd, comment));
    expect(opened.artifacts).toMatchObject({
      [check === "Check" ? "dag" : "ldp-dag"]: [expect.stringMatching(/^dag\./)],
    });
    const [first = "", ...more] = scenario.comments(1);
    expect(more).toEqual([]);
    expect(first).toContain("1 table changes, 0 are affected, 0 errors · dev: 2 create · prod: 2 create");

    const again = await run(scenario.pullRequest(1, changes(3)));
    expect(again.jobs, again.log).toEqual(succeeded(check, planDev, planProd, comment));
    expect(scenario.comments(1)).toHaveLength(1);

    const merged = await run(scenario.merge(1));
    expect(merged.jobs, merged.log).toEqual(succeeded(check, deployDev));
    expect(deployments()).toEqual(["dev success"]);

    const released = await run(scenario.tag("v1.0.0"));
    expect(released.jobs, released.log).toEqual(succeeded(check, deployProd));
    expect(deployments()).toEqual(["dev success", "prod success"]);
  }, 900_000);

  test("a pull request of a fork is checked, without credentials and without a comment", async (context) => {
    needsAct(context);
    await begin(files);
    const { jobs, log } = await run(scenario.pullRequest(2, changes(2), { fork: true }), { token: forked });
    expect(jobs, log).toEqual(succeeded(check));
    expect(scenario.comments(2)).toEqual([]);
    expect(log).toContain("its token may not comment");
  }, 300_000);

  test("a tag on a commit that is not on main, or that dev never had, is not deployed", async (context) => {
    needsAct(context);
    await begin(files);
    scenario.push(changes(2), "hotfix");
    const elsewhere = await run(scenario.tag("v1.0.0", "hotfix"));
    expect(elsewhere.jobs, elsewhere.log).toEqual({ ...succeeded(check), [deployProd]: "failure" });
    const early = await run(scenario.tag("v1.0.1", "main"));
    expect(early.jobs, early.log).toEqual({ ...succeeded(check), [deployProd]: "failure" });
    expect(deployments()).toEqual([]);
  }, 300_000);

  test(`a workspace that is not as it was when the plan was reviewed stops the deploy${without}`, async (context) => {
    needsCli(context);
    await begin(files);
    const reviewed = await run(scenario.pullRequest(3, changes(2)));
    expect(reviewed.jobs, reviewed.log).toEqual(succeeded(check, planDev, planProd, comment));
    // Meanwhile another pull request is merged, which changes the same workspace.
    const channel = edit("workflows/etl.pipeline.yml", "channel: CURRENT", "channel: PREVIEW");
    const beside = await run(scenario.pullRequest(4, { "workflows/etl.pipeline.yml": channel }));
    expect(beside.jobs, beside.log).toEqual(succeeded(check, planDev, planProd, comment));
    const other = await run(scenario.merge(4));
    expect(other.jobs, other.log).toEqual(succeeded(check, deployDev));
    const merged = await run(scenario.merge(3));
    expect(merged.jobs, merged.log).toEqual({ ...succeeded(check), [deployDev]: "failure" });
    expect(merged.log).toMatch(/LDP6\d\d/);
  }, 600_000);
});

function succeeded(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, "success"]));
}

/** What our own records say, in order. */
function deployments(): string[] {
  return scenario.github.state.deployments.map(({ environment, statuses }) => `${environment} ${statuses[0]?.state}`);
}

function edit(path: string, from: string, to: string): string {
  const text = project[path] ?? "";
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  return text.replace(from, to);
}
