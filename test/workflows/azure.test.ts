import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { DEFAULT_ACTION_REF } from "../../src/commands/init.js";
import { renderTemplate } from "../../src/template/template.js";
import { openRepository } from "../e2e/git.js";
import { pythonTools } from "../python-tools.js";
import { write } from "./workflows.js";

const project = renderTemplate({ name: "shop", catalog: "main", schema: "shop", actionRef: DEFAULT_ACTION_REF });
const text = project.get("azure-pipelines.yml") ?? "";

interface Pipeline {
  readonly stages: readonly { stage: string; condition?: string; jobs: readonly Record<string, unknown>[] }[];
}
const pipeline = parse(text) as Pipeline;

/** Scripts of a stage in order; `if` takes the branch for a pull request or the other one. */
function scripts(stage: string, pullRequest: boolean): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === "object" && value !== null)
      for (const [key, below] of Object.entries(value)) {
        if (key.startsWith("${{ if") ? pullRequest : key.startsWith("${{ else") ? !pullRequest : true) visit(below);
        if (key === "script") found.push(String(below));
      }
  };
  visit(pipeline.stages.find((one) => one.stage === stage)?.jobs);
  return found;
}

/** Azure's published schema, as the package check-jsonschema ships it. */
function azureSchema(): Record<string, unknown> {
  const find = "import check_jsonschema, pathlib; print(pathlib.Path(check_jsonschema.__file__).parent)";
  const { stdout } = spawnSync(join(pythonTools("python"), "python"), ["-c", find], { encoding: "utf8" });
  return JSON.parse(readFileSync(join(stdout.trim(), "builtin_schemas", "vendor", "azure-pipelines.json"), "utf8"));
}

test("follows Azure's published schema", () => {
  const ajv = new Ajv({ strict: false, logger: false, unicodeRegExp: false });
  const { $schema: _, ...schema } = azureSchema();
  const valid = ajv.compile(schema);
  // The schema knows no expressions as keys: their steps stand in their place.
  const plain = text.replace(
    /^( *)- \$\{\{ (?:if|else)[^\n]*\n((?:\1 {4}[^\n]*\n)+)/gm,
    (_all, _indent, steps: string) => steps.replace(/^ {4}/gm, ""),
  );
  // Azure reads every scalar as text, and the schema is written for that.
  valid(parse(plain, { schema: "failsafe" }));
  expect(valid.errors ?? []).toEqual([]);
});

test("the stages are those of the workflow, and deploy only what they should", () => {
  expect(pipeline.stages.map(({ stage }) => stage)).toEqual(["check", "plan", "deploy_dev", "deploy_prod"]);
  expect(scripts("deploy_dev", false).at(-1)).toBe('node "$LDP" deploy --environment dev');
  expect(scripts("deploy_prod", false).at(-1)).toBe('node "$LDP" deploy --environment prod');
});

describe("the scripts of the check run", () => {
  test.each([
    ["pull request", true],
    ["branch", false],
  ])("for a %s", (_, pullRequest) => {
    const folder = write(Object.fromEntries(project));
    const { git, commit } = openRepository(folder);
    git("init", "--quiet", "--initial-branch=main");
    commit("Start");
    commit("Change");
    const temporary = mkdtempSync(join(tmpdir(), "ldp-agent-"));
    const env = {
      ...process.env,
      PATH: `${pythonTools("ruff")}:${process.env.PATH}`,
      AGENT_TEMPDIRECTORY: temporary,
      LDP: resolve("dist/cli.js"),
      BUILD_REASON: pullRequest ? "PullRequest" : "IndividualCI",
    };
    const own = scripts("check", pullRequest).filter((script) => !script.startsWith("git clone"));
    expect(own).toHaveLength(6);
    const outputs = own.map((script) => {
      const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script], { cwd: folder, env, encoding: "utf8" });
      expect({ script, status, stderr }).toEqual({ script, status: 0, stderr: expect.any(String) });
      return stdout;
    });
    expect(outputs.join("")).toMatch(/^##vso\[task\.uploadsummary\].*\.md$/m);
    expect(readdirSync(temporary)).toEqual(expect.arrayContaining(["dag.html", "ldp-lint.xml", "ldp-validate.xml"]));
    expect(readFileSync(join(temporary, "ldp-validate.xml"), "utf8")).toContain("<testsuites");
    for (const made of [folder, temporary]) rmSync(made, { recursive: true, force: true });
  });
});
