import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { inputDefaults, outputNames } from "../../src/action-inputs.js";

interface Declared {
  readonly description: string;
  readonly default?: string | boolean | number;
}
const action = parse(readFileSync("action.yml", "utf8")) as {
  inputs: Record<string, Declared>;
  outputs: Record<string, { description: string }>;
  runs: { main: string };
};
const reusable = parse(readFileSync(".github/workflows/ldp.yml", "utf8")) as {
  on: { workflow_call: { inputs: Record<string, Declared> } };
  jobs: Record<string, { steps: readonly { uses?: string; with?: Record<string, unknown> }[] }>;
};
const called = reusable.on.workflow_call.inputs;

/** The reusable workflow gives these itself. */
const givenByTheWorkflow = ["base", "command", "dag-artifact", "environment", "github-token", "parts", "reviewed-plan"];
/** The reusable workflow's own: the action can't choose its runner or its Python. */
const ofTheWorkflow = ["python-version", "runs-on"];

const defaults = (inputs: Record<string, Declared>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, String(input.default ?? "")]));

test("action.yml and loadInputs() have the same inputs, with the same defaults", () => {
  expect(defaults(action.inputs)).toEqual(inputDefaults);
});

test("action.yml and the code have the same outputs", () => {
  expect(Object.keys(action.outputs).sort()).toEqual([...outputNames].sort());
});

test("the action in .github/actions/ldp is the top's, but for its path", () => {
  const text = readFileSync(".github/actions/ldp/action.yml", "utf8");
  expect(text.slice(text.indexOf("\n") + 1)).toBe(
    readFileSync("action.yml", "utf8").replace("main: dist/index.js", "main: ../../../dist/index.js"),
  );
});

describe("the reusable workflow", () => {
  test("has the action's inputs with the same defaults, less what it gives itself", () => {
    const { ...expected } = inputDefaults as Record<string, string>;
    for (const name of givenByTheWorkflow) delete expected[name];
    const actual = defaults(called);
    for (const name of ofTheWorkflow) delete actual[name];
    expect(actual).toEqual(expected);
  });

  test("hands each of its inputs to the action under the same name, in one job or more", () => {
    const steps = Object.values(reusable.jobs).flatMap((job) =>
      job.steps.filter(({ uses }) => uses?.includes("actions/ldp")),
    );
    const handed = new Set<string>();
    for (const { with: values = {} } of steps)
      for (const [name, value] of Object.entries(values)) {
        if (givenByTheWorkflow.includes(name) || value === "false" || value === "off") continue;
        expect(value, name).toBe(`\${{ inputs.${name} }}`);
        handed.add(name);
      }
    // `bundle-plan: off` leaves the job out.
    expect([...handed, "bundle-plan", ...ofTheWorkflow].sort()).toEqual(Object.keys(called).sort());
  });
});

test.runIf(readme())("README names every input with its default", () => {
  const rows = [...(readme() ?? "").matchAll(/^\| `([\w-]+)` \| (?:`([^`]*)`)?[^|]*\|/gm)].map(
    ([, name, value = ""]) => [name, value],
  );
  const listed = Object.fromEntries(rows.filter(([name]) => name !== undefined && name in inputDefaults));
  expect(listed).toEqual(inputDefaults);
});

function readme(): string | null {
  try {
    return readFileSync("README.md", "utf8");
  } catch {
    return null;
  }
}
