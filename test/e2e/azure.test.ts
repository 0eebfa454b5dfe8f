import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { makeRepository } from "./git.ts";
import { edited, shopIn } from "./shop.ts";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const repository = makeRepository(shopIn("etl"));
const temporary = mkdtempSync(join(tmpdir(), "agent-"));
afterAll(() => {
  for (const folder of [repository.folder, temporary]) rmSync(folder, { recursive: true });
});

/** `ldp` as a script of an Azure Pipelines job runs it. */
function ldp(args: readonly string[], env: Readonly<Record<string, string>> = { AGENT_TEMPDIRECTORY: temporary }) {
  const variables = { PATH: process.env.PATH, HOME: temporary, TF_BUILD: "True", ...env };
  return spawnSync(process.execPath, [cli, ...args, "-C", "etl", "--format", "azure"], {
    cwd: repository.folder,
    env: variables,
    encoding: "utf8",
  });
}

describe("ldp in Azure Pipelines", () => {
  it("shows the plan as a page of the run", () => {
    const plan = ldp(["plan"]);
    expect(plan.status, plan.stderr).toBe(0);
    const [, page] = /^##vso\[task\.uploadsummary\](.+)$/m.exec(plan.stdout) ?? [];
    expect(readFileSync(page ?? "", "utf8")).toContain("orders_silver");
  });

  it("shows findings at file and line, from the top of the repository", () => {
    repository.write("etl/config.yml", edited("config.yml", "[orders_silver]", '["a]b\\n##vso[task.complete]"]'));
    for (const command of ["validate", "plan"]) {
      const result = ldp([command]);
      expect(result.status).toBe(1);
      expect(result.stdout).toMatch(
        /^##vso\[task\.logissue type=error;sourcepath=etl\/config\.yml;linenumber=6;columnnumber=\d+;code=LDP202;\]LDP202/m,
      );
      expect(result.stdout).not.toMatch(/^##vso\[task\.complete/m);
    }
  });

  it("says that this is for Azure Pipelines only", () => {
    const result = ldp(["plan"], {});
    expect(result.status).toBe(2);
    expect(result.stderr).toContain("AGENT_TEMPDIRECTORY");
  });
});
