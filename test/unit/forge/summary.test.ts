import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { azureForge } from "../../../src/forge/azure.js";
import { githubForge } from "../../../src/forge/github/forge.js";

const folder = mkdtempSync(join(tmpdir(), "summary-"));
afterAll(() => rmSync(folder, { recursive: true }));
const MiB = 1024 * 1024;

describe("the job's summary", () => {
  const add = (name: string, ...texts: [string, ...string[]]) =>
    githubForge({ env: { GITHUB_STEP_SUMMARY: join(folder, name) }, token: null, print: () => {} }).addSummary(
      ...texts,
    );

  it("is added to what is there", () => {
    writeFileSync(join(folder, "a.md"), "before\n");
    expect(add("a.md", "# Plan")).toBe("# Plan");
    expect(readFileSync(join(folder, "a.md"), "utf8")).toBe("before\n# Plan\n");
  });

  it("takes the first text that fits into a mebibyte, counted in bytes", () => {
    expect(add("b.md", "é".repeat(MiB / 2), "short")).toBe("short");
    expect(add("c.md", "é".repeat(MiB / 2 - 1))).not.toBeNull();
    expect(add("c.md", "more", "x")).toBeNull();
  });

  it("is nothing where there is none", () => {
    expect(githubForge({ env: {}, token: null, print: () => {} }).addSummary("x")).toBeNull();
    expect(add("no/such/folder.md", "x")).toBeNull();
  });
});

describe("Azure DevOps", () => {
  it("gets the summary as a page of the run", () => {
    const lines: string[] = [];
    const forge = azureForge({ AGENT_TEMPDIRECTORY: folder, SYSTEM_JOBID: "j" }, (line) => lines.push(line));
    expect(forge.addSummary("# Plan")).toBe("# Plan");
    const [, file] = /^##vso\[task\.uploadsummary\](.+)$/.exec(lines[0] ?? "") ?? [];
    expect(readFileSync(file ?? "", "utf8")).toBe("# Plan");
    expect(azureForge({}, () => {}).addSummary("x")).toBeNull();
  });

  it("has no comments or deployments", () => {
    expect(azureForge({}, () => {})).toMatchObject({ pullRequests: null, history: null, deployments: null });
  });
});

describe("GitHub without a token", () => {
  it("has annotations and summary only", () => {
    const forge = githubForge({ env: { GITHUB_REPOSITORY: "acme/shop" }, token: null, print: () => {} });
    expect(forge).toMatchObject({ pullRequests: null, history: null, deployments: null });
  });
});
