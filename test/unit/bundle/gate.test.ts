import { describe, expect, test } from "vitest";
import { checkGate, describeLost } from "../../../src/bundle/gate.js";
import type { EnvironmentPlan } from "../../../src/bundle/model.js";
import { actionsOf } from "./recorded.js";

const plan = (name: string): EnvironmentPlan => ({
  environment: "prod",
  target: "prod",
  status: "planned",
  reason: null,
  engine: "direct",
  cliVersion: "1.13.0",
  digest: null,
  counts: { create: 0, update: 0, recreate: 0, delete: 0 },
  actions: actionsOf(name),
  diagnostics: [],
});

describe("the gate", () => {
  test("passes a plan that destroys nothing, without approving anything", () => {
    expect(checkGate(plan("update"), [], [])).toEqual({ allowed: true, approve: false, diagnostics: [] });
  });

  test("refuses what is not named, with every table that dies (LDP601)", () => {
    const gate = checkGate(plan("recreate"), [], []);
    expect(gate).toMatchObject({ allowed: false, approve: false });
    expect(gate.diagnostics).toEqual([
      expect.objectContaining({
        code: "LDP601",
        severity: "error",
        message:
          "prod: pipelines.etl is deleted and created anew; with it orders_bronze (history lost), clicks (may be lost), orders_silver (rebuilt), and allow-destructive does not name it",
        hint: "To allow it, name it: allow-destructive pipelines.etl.",
      }),
    ]);
  });

  test.each(["pipelines.etl", "resources.pipelines.etl", " pipelines.etl "])("approves what is named as %j", (name) => {
    expect(checkGate(plan("recreate"), [name], [])).toEqual({ allowed: true, approve: true, diagnostics: [] });
  });

  test("wants every resource by its name: no pattern, no other, no parent", () => {
    for (const names of [
      ["*"],
      ["pipelines.*"],
      ["pipelines"],
      ["etl"],
      ["true"],
      ["Pipelines.etl"],
      ["schemas.shop"],
    ]) {
      expect(checkGate(plan("schema-removed"), names, []).allowed).toBe(false);
    }
    expect(checkGate(plan("schema-removed"), ["schemas.shop", "volumes.landing"], []).allowed).toBe(true);
  });

  test("reports a name that matches nothing, with the nearest (LDP602)", () => {
    const gate = checkGate(plan("recreate"), ["pipelines.etl", "pipelines.elt"], []);
    expect(gate.allowed).toBe(true);
    expect(gate.diagnostics).toEqual([
      expect.objectContaining({ code: "LDP602", severity: "warning", hint: 'Did you mean "pipelines.etl"?' }),
    ]);
    expect(checkGate(plan("update"), ["pipelines.etl"], []).diagnostics.map((one) => one.code)).toEqual(["LDP602"]);
  });

  test("shows how a renamed key keeps its tables", () => {
    const [found] = checkGate(plan("rename"), [], []).diagnostics;
    expect(found?.hint).toContain("databricks bundle deployment bind etl_main ID");
  });

  test("recommends prevent_destroy where it is missing (LDP603)", () => {
    const { allowed, diagnostics } = checkGate(plan("update"), [], ["pipelines.etl", "schemas.shop"]);
    expect(allowed).toBe(true);
    expect(diagnostics).toEqual([
      expect.objectContaining({
        code: "LDP603",
        severity: "info",
        message: "prod: pipelines.etl, schemas.shop have no `lifecycle.prevent_destroy`",
      }),
    ]);
  });

  test("never cuts the list of lost tables", () => {
    const lost = [...Array(300).keys()].map((n) => ({
      name: `table_${n}`,
      kind: null,
      effect: "may be lost" as const,
    }));
    expect(describeLost(lost).split(", ").length).toBe(300);
  });
});
