import { execFileSync } from "node:child_process";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { boundActions } from "../../../src/bundle/digest.js";
import { putFile } from "../../fakes/workspace/files.ts";
import { defaultToken, startWorkspace, type Workspace } from "../../fakes/workspace/workspace.ts";
import { type BundleProject, bundleProject, cliPath, cliVersion, missing } from "./bundle-project.js";

const state = "/Workspace/Shared/bundles/shop/dev/state";
const errors = (diagnostics: readonly { code: string; severity: string; message: string; hint?: string }[]) =>
  diagnostics.filter((one) => one.severity === "error");

describe.skipIf(!cliPath)(`trouble, with the Databricks CLI ${cliVersion ?? `(${missing})`}`, () => {
  let workspace: Workspace;
  let project: BundleProject;

  beforeEach(async () => {
    workspace = await startWorkspace({
      users: [
        { token: defaultToken, userName: "tester@example.com" },
        { token: "planner-token", userName: "planner@example.com", groups: ["data-team"] },
      ],
      principals: [
        { clientId: "deployer", secret: "deployer-secret", subject: "repo:acme/etl:environment:dev" },
        { clientId: "reader", secret: "reader-secret", readOnly: true },
      ],
      github: { requestToken: "job-token", subject: "repo:acme/etl:environment:dev" },
    });
    project = bundleProject(workspace);
  });
  afterEach(async () => {
    await workspace.close();
    project.remove();
  });

  describe("the lock", () => {
    test("of another: an error with the owner and the age, and nothing is deployed", async () => {
      await project.deploy();
      project.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3", "0 0 5"));
      workspace.lockByAnother(state, {
        user: "ann@example.com",
        acquiredAt: new Date(Date.now() - 720_000).toISOString(),
      });
      const result = await project.deploy({ lockTimeout: 300 });
      expect(result.outcome).toBe("failed");
      const [error, ...others] = errors(result.diagnostics);
      expect(others).toEqual([]);
      expect(error?.code).toBe("LDP530");
      expect(error?.message).toMatch(
        /^dev: the deploy lock is held by ann@example.com since \S+ \(12 min\), and it was not released/,
      );
      expect(error?.hint).toContain(`databricks workspace delete ${state}/deploy.lock`);
      expect(project.log.some((line) => /held by ann@example.com .* waiting, \d+ s at most/.test(line))).toBe(true);
      expect(workspace.seen.filter((one) => one.path === "/api/2.2/jobs/reset")).toEqual([]);
    });

    test("that goes away is waited for", async () => {
      workspace.lockByAnother(state, { user: "ann@example.com", acquiredAt: new Date().toISOString() });
      const release = setTimeout(() => workspace.files.delete(`${state}/deploy.lock`), 700);
      const result = await project.deploy({ lockTimeout: 30_000 });
      clearTimeout(release);
      expect(result.outcome).toBe("deployed");
    });

    test("is no longer waited for when the job is cancelled", async () => {
      const controller = new AbortController();
      workspace.lockByAnother(state, { user: "ann@example.com", acquiredAt: new Date().toISOString() });
      const options = project.options();
      const pending = project.deploy({ lockTimeout: 600_000, tools: { ...options.tools, signal: controller.signal } });
      await until(() => project.log.some((line) => line.includes("waiting")));
      controller.abort();
      const result = await pending;
      expect([result.outcome, errors(result.diagnostics).map((one) => one.code)]).toEqual(["cancelled", ["LDP532"]]);
      expect(workspace.files.has(`${state}/deploy.lock`)).toBe(true);
    });

    test("is taken away only when asked", async () => {
      workspace.lockByAnother(state, { user: "ann@example.com", acquiredAt: new Date().toISOString() });
      expect((await project.deploy({ forceLock: true })).outcome).toBe("deployed");
    });

    test("two deploys at once: one waits, plans again, and both end well", async () => {
      workspace.addFault({ method: "POST", path: "/pipelines", kind: "latency", milliseconds: 1_500 });
      const other = bundleProject(workspace);
      try {
        const results = await Promise.all([
          project.deploy({ lockTimeout: 30_000 }),
          other.deploy({ lockTimeout: 30_000 }),
        ]);
        expect(results.map((result) => [result.outcome, errors(result.diagnostics)])).toEqual([
          ["deployed", []],
          ["deployed", []],
        ]);
        expect(workspace.pipelines.pipelines.size).toBe(1);
        expect(workspace.jobs.jobs.size).toBe(1);
      } finally {
        other.remove();
      }
    });
  });

  describe("in the middle of a deploy", () => {
    test("cancelled: the CLI is stopped, our lock is released, and what is known is said", async () => {
      const controller = new AbortController();
      workspace.addFault({ method: "POST", path: "/api/2.2/jobs/create", kind: "hang" });
      const options = project.options();
      const pending = project.deploy({ tools: { ...options.tools, signal: controller.signal } });
      await until(() => workspace.pipelines.pipelines.size === 1 && workspace.faults.acted === 1);
      controller.abort();
      const started = Date.now();
      const result = await pending;
      expect(Date.now() - started).toBeLessThan(9_000);
      expect(result.outcome).toBe("cancelled");
      const [error] = errors(result.diagnostics);
      expect(error?.code).toBe("LDP532");
      expect(error?.hint).toContain("Our deploy lock is released.");
      expect(workspace.files.has(`${state}/deploy.lock`)).toBe(false);
      const fresh = bundleProject(workspace);
      // The CLI records what it made only at the end: what was cut off is there, and unknown to the state.
      const [next] = errors((await fresh.deploy()).diagnostics);
      expect(next?.message).toContain("already used by another pipeline");
      expect(next?.hint).toContain("databricks bundle deployment bind KEY ID -t dev");
      fresh.remove();
    });

    test("cancelled while the lock is being written: it is known for ours, and released", async () => {
      await project.deploy();
      project.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3", "0 0 5"));
      const controller = new AbortController();
      workspace.addFault({ method: "POST", path: "/deploy.lock", kind: "lag", milliseconds: 600 });
      const options = project.options();
      const pending = project.deploy({ tools: { ...options.tools, signal: controller.signal } });
      await until(() => workspace.files.has(`${state}/deploy.lock`));
      controller.abort();
      const result = await pending;
      expect([result.outcome, workspace.faults.acted]).toEqual(["cancelled", 1]);
      expect(errors(result.diagnostics)[0]?.hint).toContain("Our deploy lock is released.");
      expect(workspace.files.has(`${state}/deploy.lock`)).toBe(false);
      expect(workspace.seen.filter((one) => one.path === "/api/2.2/jobs/reset")).toEqual([]);
    });

    test("cancelled as another job of our own identity takes the lock: it is left alone", async () => {
      await project.deploy();
      project.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3", "0 0 5"));
      const controller = new AbortController();
      workspace.addFault({ method: "POST", path: "/deploy.lock", kind: "latency", milliseconds: 600 });
      const options = project.options();
      const pending = project.deploy({ tools: { ...options.tools, signal: controller.signal } });
      await until(() => workspace.faults.acted === 1);
      workspace.lockByAnother(state, { user: "tester@example.com", acquiredAt: new Date().toISOString() });
      controller.abort();
      const result = await pending;
      expect(result.outcome).toBe("cancelled");
      expect(errors(result.diagnostics)[0]?.hint).toContain(`databricks workspace delete ${state}/deploy.lock`);
      expect(workspace.files.has(`${state}/deploy.lock`)).toBe(true);
    });

    test("cancelled while another holds a newer lock: it is left alone, and the command is shown", async () => {
      const controller = new AbortController();
      workspace.addFault({ method: "POST", path: "/api/2.2/jobs/create", kind: "hang" });
      const options = project.options();
      const pending = project.deploy({ tools: { ...options.tools, signal: controller.signal } });
      await until(() => workspace.faults.acted === 1);
      workspace.lockByAnother(state, { user: "ann@example.com", acquiredAt: new Date().toISOString() });
      controller.abort();
      const [error] = errors((await pending).diagnostics);
      expect(error?.hint).toContain(`databricks workspace delete ${state}/deploy.lock`);
      expect(workspace.files.has(`${state}/deploy.lock`)).toBe(true);
    });

    test("the workspace fails: one error with the cause and what was done; a second deploy does the rest", async () => {
      workspace.addFault({
        method: "POST",
        path: "/api/2.2/jobs/create",
        kind: "status",
        status: 500,
        message: "disk full",
      });
      const result = await project.deploy();
      expect(result.outcome).toBe("failed");
      const [error, ...others] = errors(result.diagnostics);
      expect(others).toEqual([]);
      expect(error?.code).toBe("LDP531");
      expect(error?.message).toContain("disk full");
      expect(error?.message).toContain("create pipelines.etl");
      expect(workspace.seen.filter((one) => one.path === "/api/2.2/jobs/create").length).toBe(1);
      expect(workspace.files.has(`${state}/deploy.lock`)).toBe(false);
      const again = await project.deploy();
      expect(again.resources.map((one) => `${one.action} ${one.resource}`)).toEqual(["create jobs.nightly"]);
    });

    test("the workspace dies: the deploy ends at its limit, and the command for the lock is shown", async () => {
      workspace.addFault({ method: "POST", path: "/api/2.2/jobs/create", kind: "die" });
      const result = await project.deploy({ limits: { deploy: 4_000 } });
      expect(result.outcome).toBe("failed");
      const [error] = errors(result.diagnostics);
      expect(error?.code).toBe("LDP531");
      expect(error?.message).toContain("did not end within");
      expect(error?.hint).toContain(`databricks workspace delete ${state}/deploy.lock`);
    });
  });

  describe("a failure that may pass", () => {
    test("500 of a validate and 502 of a plan are tried again", async () => {
      await project.deploy();
      workspace.addFault({ method: "GET", path: "/scim/v2/Me", kind: "status", status: 500 });
      workspace.addFault({ method: "GET", path: "/export", kind: "status", status: 502 });
      expect(await project.plan()).toMatchObject({ status: "planned", actions: [] });
      expect(workspace.faults.acted).toBe(2);
      expect(project.log.some((line) => line.includes("trying again in 2 s"))).toBe(true);
    });

    test("429 with Retry-After and a reset connection are waited out", async () => {
      workspace.addFault({ method: "GET", path: "/get-status", kind: "status", status: 429, retryAfter: 1 });
      workspace.addFault({ method: "GET", path: "/scim/v2/Me", kind: "reset" });
      expect((await project.deploy()).outcome).toBe("deployed");
      expect(workspace.faults.acted).toBe(2);
    });

    test("a workspace that never answers ends at the time limit, with the host to check", async () => {
      workspace.addFault({ path: "/", kind: "hang", times: 1_000 });
      const plan = await project.plan({ limits: { validate: 1_500 } });
      expect(plan.status).toBe("failed");
      expect(plan.diagnostics.map((one) => one.code)).toEqual(["LDP505"]);
    });
  });

  describe("the host", () => {
    test.each([
      ["the top of databricks.yml", "databricks.yml", "workspace:\n  host: https://elsewhere.example.com\n"],
      ["a target", "databricks.yml", null],
      [
        "an include",
        "resources/more.yml",
        "targets:\n  dev:\n    workspace:\n      host: https://elsewhere.example.com\n",
      ],
    ])("of another in %s: refused before any request", async (_where, file, text) => {
      if (text === null)
        project.edit(file, (old) =>
          old.replace(
            "  dev:\n    default: true\n    workspace:\n",
            "  dev:\n    default: true\n    workspace:\n      host: https://elsewhere.example.com\n",
          ),
        );
      else if (file === "databricks.yml") project.edit(file, (old) => `${old}\n${text}`);
      else project.write(file, text);
      const result = await project.deploy();
      expect(result.outcome).toBe("failed");
      expect(result.diagnostics).toEqual([expect.objectContaining({ code: "LDP520", file })]);
      expect(workspace.seen).toEqual([]);
    });

    test("of another target does not matter, nor the same host written otherwise", async () => {
      project.edit("databricks.yml", (text) =>
        text
          .replace("  prod:\n", "  prod:\n    workspace:\n      host: https://prod.example.com\n")
          .replace(/workspace:\n {6}root_path: (\S+)\n$/, ""),
      );
      project.edit("databricks.yml", (text) =>
        text.replace(
          "    default: true\n    workspace:\n",
          `    default: true\n    workspace:\n      host: ${workspace.url}/\n`,
        ),
      );
      expect((await project.plan()).status).toBe("planned");
    });
  });

  describe("credentials", () => {
    test("none: a plan of a pull request is skipped, a deploy is an error that says what to set", async () => {
      const bare = bundleProject(workspace, { DATABRICKS_TOKEN: "", DATABRICKS_HOST: "" });
      expect(await bare.plan()).toMatchObject({ status: "skipped", reason: "no Databricks credentials are set" });
      const result = await bare.deploy();
      expect(result.outcome).toBe("failed");
      expect(result.diagnostics).toEqual([expect.objectContaining({ code: "LDP510", severity: "error" })]);
      expect(result.diagnostics[0]?.hint).toContain("DATABRICKS_HOST");
      bare.remove();
    });

    test("an OAuth client, and GitHub's OIDC, log in as their service principal", async () => {
      const client = { DATABRICKS_TOKEN: "", DATABRICKS_CLIENT_ID: "deployer" };
      const secret = bundleProject(workspace, { ...client, DATABRICKS_CLIENT_SECRET: "deployer-secret" });
      expect(await secret.plan()).toMatchObject({ status: "planned", identity: "deployer" });
      secret.remove();
      const oidc = bundleProject(workspace, {
        ...client,
        DATABRICKS_AUTH_TYPE: "github-oidc",
        ACTIONS_ID_TOKEN_REQUEST_URL: workspace.idTokenUrl,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job-token",
      });
      expect(await oidc.plan()).toMatchObject({ status: "planned", identity: "deployer" });
      oidc.remove();
    });

    test("a wrong token is one error that names the host", async () => {
      const wrong = bundleProject(workspace, { DATABRICKS_TOKEN: "not-a-token-of-ours" });
      const plan = await wrong.plan();
      expect(plan.diagnostics.map((one) => one.code)).toEqual(["LDP513"]);
      expect(JSON.stringify(plan)).not.toContain("not-a-token-of-ours");
      wrong.remove();
    });

    test("an identity that may only read plans what is deployed, and can't deploy", async () => {
      await project.deploy();
      const reader = bundleProject(workspace, {
        DATABRICKS_TOKEN: "",
        DATABRICKS_CLIENT_ID: "reader",
        DATABRICKS_CLIENT_SECRET: "reader-secret",
      });
      reader.edit("resources/nightly.job.yml", (text) => text.replace("0 0 3", "0 0 5"));
      expect(await reader.plan()).toMatchObject({ status: "planned", counts: { update: 1 } });
      const result = await reader.deploy();
      expect(result.outcome).toBe("failed");
      expect(errors(result.diagnostics).length).toBe(1);
      reader.remove();
    });

    test("an identity that may only read can't plan rights that the bundle sets, and is told so", async () => {
      const permissions = "permissions:\n  - level: CAN_VIEW\n    group_name: data-team\n";
      project.edit("databricks.yml", (text) => `${text}\n${permissions}`);
      expect((await project.deploy()).outcome).toBe("deployed");
      const reader = bundleProject(workspace, {
        DATABRICKS_TOKEN: "",
        DATABRICKS_CLIENT_ID: "reader",
        DATABRICKS_CLIENT_SECRET: "reader-secret",
      });
      reader.edit("databricks.yml", (text) => `${text}\n${permissions}`);
      const plan = await reader.plan();
      const found = errors(plan.diagnostics);
      expect([plan.status, found.map((one) => one.code)]).toEqual(["failed", ["LDP513"]]);
      expect(found[0]?.message).toContain("does not allow this to reader");
      expect(found[0]?.hint).toContain("take `permissions` out of the bundle");
      reader.remove();
    });

    test("who plans and who deploys agree on the digest, although the owner differs", async () => {
      const permissions = "permissions:\n  - level: CAN_MANAGE\n    group_name: data-team\n";
      project.edit("databricks.yml", (text) => `${text}\n${permissions}`);
      const planner = bundleProject(workspace, { DATABRICKS_TOKEN: "planner-token" });
      planner.edit("databricks.yml", (text) => `${text}\n${permissions}`);
      const first = await planner.plan();
      const deployed = await project.deploy({
        binding: "enforce",
        reviewed: { digest: first.digest, actions: boundActions(first.actions), where: "#7" },
      });
      expect([deployed.outcome, errors(deployed.diagnostics)]).toEqual(["deployed", []]);

      for (const one of [project, planner]) {
        one.edit("databricks.yml", (text) => text.replace("CAN_MANAGE", "CAN_VIEW"));
      }
      const second = await planner.plan();
      expect(boundActions(second.actions).map((one) => one.resource)).toEqual([
        "jobs.nightly.permissions",
        "pipelines.etl.permissions",
      ]);
      const again = await project.deploy({
        binding: "enforce",
        reviewed: { digest: second.digest, actions: boundActions(second.actions), where: "#7" },
      });
      expect([again.outcome, errors(again.diagnostics)]).toEqual(["deployed", []]);
      planner.remove();
    });
  });

  describe("a pull request's own code", () => {
    const script = (name: string) => `experimental:\n  scripts:\n    ${name}: touch ran\n`;

    test.each(["preinit", "postinit", "prebuild"])("a %s script is not run by a plan", async (name) => {
      project.edit("databricks.yml", (text) => `${text}\n${script(name)}`);
      const plan = await project.plan();
      expect(existsSync(join(project.directory, "ran"))).toBe(false);
      expect(plan.status).toBe("skipped");
      expect(plan.diagnostics.map((one) => one.code)).toContain("LDP523");
    });

    test("Python resources are not run by a plan", async () => {
      project.edit("databricks.yml", (text) => `${text}\npython:\n  resources:\n    - "evil:load"\n`);
      project.write("evil.py", 'open("ran", "w").close()\n');
      const plan = await project.plan();
      expect(existsSync(join(project.directory, "ran"))).toBe(false);
      expect([plan.status, plan.diagnostics.map((one) => one.code)]).toEqual(["skipped", ["LDP523"]]);
    });

    test("a terraform program of its own is not started by a plan", async () => {
      project.write("evil.sh", "#!/bin/sh\ntouch ran\n");
      chmodSync(join(project.directory, "evil.sh"), 0o755);
      const named = `  engine: terraform\n  terraform:\n    exec_path: ${join(project.directory, "evil.sh")}\n`;
      project.edit("databricks.yml", (text) => text.replace("  engine: direct\n", named));
      const plan = await project.plan();
      expect([plan.status, plan.diagnostics.map((one) => [one.code, one.file, one.line])]).toEqual([
        "failed",
        [["LDP524", "databricks.yml", 5]],
      ]);
      expect(workspace.seen).toEqual([]);
    });

    test.each([
      ["a build command", "artifacts:\n  tool:\n    build: touch ran\n    files:\n      - source: config.yml\n"],
      ["a wheel", "artifacts:\n  tool:\n    type: whl\n"],
      ["a target's", "targets:\n  dev:\n    artifacts:\n      tool:\n        build: touch ran\n"],
    ])("artifacts are not built by a plan: %s", async (_what, text) => {
      project.write("resources/artifacts.yml", text);
      project.write("setup.py", 'open("ran", "w").close()\n');
      const plan = await project.plan();
      expect(existsSync(join(project.directory, "ran"))).toBe(false);
      expect(plan).toMatchObject({
        status: "skipped",
        diagnostics: [{ code: "LDP522", file: "resources/artifacts.yml" }],
      });
      expect(workspace.seen).toEqual([]);
    });

    test("a script runs in a deploy, without the forge's token", async () => {
      const trusted = bundleProject(workspace, { GITHUB_TOKEN: "ghs_secret", INPUT_RUN: "x" });
      trusted.edit("databricks.yml", (text) => `${text}\nexperimental:\n  scripts:\n    predeploy: env > seen.txt\n`);
      expect((await trusted.deploy()).outcome).toBe("deployed");
      const { readFileSync } = await import("node:fs");
      const seen = readFileSync(join(trusted.directory, "seen.txt"), "utf8");
      expect(seen).toContain("DATABRICKS_HOST=");
      expect(seen).not.toMatch(/GITHUB_TOKEN|INPUT_RUN/);
      trusted.remove();
    });
  });

  test("diagnostics of the CLI come at their file and line", async () => {
    project.edit("resources/nightly.job.yml", (text) => text.replace("      schedule:", "      scheduel:"));
    const plan = await project.plan();
    expect(plan.diagnostics).toContainEqual(
      expect.objectContaining({ code: "LDP502", severity: "warning", file: "resources/nightly.job.yml", line: 5 }),
    );
    project.edit("resources/nightly.job.yml", (text) =>
      text.replace("shop-nightly-$", "$").replace("bundle.target", "var.nothing"),
    );
    const broken = await project.plan();
    expect(broken).toMatchObject({ status: "failed" });
    expect(broken.diagnostics).toContainEqual(expect.objectContaining({ code: "LDP501", severity: "error" }));
  });

  test("a committed .databricks folder is refused before any request", async () => {
    await project.deploy();
    const before = workspace.seen.length;
    const git = (...args: string[]) => execFileSync("git", args, { cwd: project.directory });
    git("init", "--quiet");
    git("add", "--force", ".databricks");
    const plan = await project.plan();
    expect([plan.status, plan.diagnostics.map((one) => [one.code, one.file])]).toEqual([
      "failed",
      [["LDP527", expect.stringMatching(/^\.databricks\/bundle\/dev\//)]],
    ]);
    expect(workspace.seen.length).toBe(before);
  });

  test("a leftover .databricks folder of another deployment is named", async () => {
    await project.deploy();
    const path = [...workspace.files.keys()].find((name) => name.endsWith("/state/resources.json")) ?? "";
    const text = workspace.files.get(path)?.content.toString() ?? "";
    putFile(
      workspace.files,
      path,
      text.replace(/"lineage": "[^"]+"/, '"lineage": "11111111-1111-4111-8111-111111111111"'),
    );
    const plan = await project.plan();
    expect([plan.status, plan.diagnostics.filter((one) => one.severity === "error").map((one) => one.code)]).toEqual([
      "failed",
      ["LDP527"],
    ]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it never happened");
}
