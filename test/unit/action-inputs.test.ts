import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { inputDefaults, loadInputs, outputNames } from "../../src/action-inputs.js";
import { UserError } from "../../src/system/errors.js";

const action = parse(readFileSync(new URL("../../action.yml", import.meta.url), "utf8"));

function given(values: Record<string, string>) {
  return loadInputs(
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  );
}

describe("action.yml", () => {
  it("names the same inputs, with the same defaults, as loadInputs reads", () => {
    const declared = Object.entries<{ default: string }>(action.inputs).map(([name, input]) => [name, input.default]);
    expect(Object.fromEntries(declared)).toEqual(inputDefaults);
    expect(declared.map(([name]) => name)).toEqual(Object.keys(inputDefaults));
  });

  it("gives each input and output a description", () => {
    for (const entry of Object.values<{ description?: string }>({ ...action.inputs, ...action.outputs })) {
      expect(entry.description?.length).toBeGreaterThan(10);
    }
  });

  it("names the outputs that the action sets", () => {
    expect(Object.keys(action.outputs)).toEqual([...outputNames]);
  });

  it("runs the built file on Node 24", () => {
    expect(action.runs).toEqual({ using: "node24", main: "dist/index.js" });
  });
});

describe("loadInputs", () => {
  it("takes the defaults where nothing is given, and for an empty text", () => {
    const inputs = loadInputs({ GITHUB_TOKEN: "t" });
    expect(inputs).toMatchObject({
      command: "auto",
      workingDirectory: ".",
      tagMode: "or",
      comment: "true",
      githubToken: "t",
    });
    expect(inputs).toMatchObject({ environment: null, reviewedPlan: null, tags: [], select: [], lockTimeout: 10 });
    expect(given({ "tag-mode": "", command: "  ", lint: "" })).toMatchObject({
      tagMode: "or",
      command: "auto",
      lint: "true",
    });
  });

  it("reads lists: tags with commas, selections by the line, resources with anything", () => {
    const inputs = given({
      tags: "daily, crm\nhourly",
      select: "+orders,tag:x\n\nlayer:gold\n",
      "allow-destructive": "pipelines.etl, schemas.raw\nvolumes.v",
    });
    expect(inputs.tags).toEqual(["daily", "crm", "hourly"]);
    expect(inputs.select).toEqual(["+orders,tag:x", "layer:gold"]);
    expect(inputs.allowDestructive).toEqual(["pipelines.etl", "schemas.raw", "volumes.v"]);
  });

  it("lists all wrong inputs in one error", () => {
    const load = () =>
      given({ "tag-mode": "xor", strict: "maybe", "reviewed-plan": "abc", config: "a\nb", "lock-timeout": "soon" });
    expect(load).toThrow(UserError);
    expect(load).toThrow(
      'wrong inputs: config must be one line; tag-mode is "xor", must be `or` or `and`; strict is "maybe", must be `false` or `true`; ' +
        'reviewed-plan is "abc", must be a bundle digest (sha256: and 64 hex digits); lock-timeout is "soon", must be a number of minutes',
    );
  });

  it("takes flags in any case, as YAML's booleans are written", () => {
    expect(given({ strict: "True", lint: "FALSE" })).toMatchObject({ strict: true, lint: "false" });
  });

  it("reads hashes of archives in any case, and nothing else for one", () => {
    const [one, two] = ["a".repeat(64), "0b".repeat(32)];
    expect(given({ "databricks-cli-sha256": `${one.toUpperCase()}, ${two}` }).databricksCliSha256).toEqual([one, two]);
    expect(() => given({ "databricks-cli-sha256": "sha256:abc" })).toThrow(
      'databricks-cli-sha256 has "sha256:abc", must have 64 hex digits for each archive',
    );
  });

  it("needs parts to merge", () => {
    expect(() => given({ command: "comment" })).toThrow("parts is empty");
    expect(given({ command: "comment", parts: "a.json\nreports" }).parts).toEqual(["a.json", "reports"]);
  });

  it("refuses what git would take for an option", () => {
    expect(() => given({ base: "--upload-pack=x" })).toThrow("base is");
  });
});
