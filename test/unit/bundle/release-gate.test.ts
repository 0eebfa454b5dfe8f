import { describe, expect, test } from "vitest";
import { type ReleaseFacts, releaseGate } from "../../../src/bundle/release-gate.js";
import { finding } from "../../../src/diagnostics/finding.js";
import type { PastDeployment } from "../../../src/forge/forge.js";

const record: PastDeployment = {
  id: 5,
  sha: "b".repeat(40),
  createdAt: "2026-01-01T00:00:00Z",
  tree: "t".repeat(40),
  project: "sha256:1",
  directory: ".",
  bundleDigest: null,
  override: null,
};
const refused = {
  ok: false,
  finding: finding("LDP905", "the token may not read deployments", null, { hint: "Add it." }),
} as const;

function facts(changed: Partial<ReleaseFacts> = {}): ReleaseFacts {
  return {
    environment: "prod",
    tag: "v1.2.0",
    commit: "a".repeat(40),
    defaultBranch: "main",
    onDefaultBranch: { ok: true, value: "state" },
    requires: "dev",
    deployed: { ok: true, value: record },
    override: null,
    ...changed,
  };
}

describe("the gate of a release tag", () => {
  test("passes a commit of the default branch whose files were deployed before, and says on what grounds", () => {
    expect(releaseGate(facts())).toEqual({
      allowed: true,
      diagnostics: [],
      override: null,
      grounds: "v1.2.0 is on main; the same files were deployed to dev at 2026-01-01T00:00:00Z (bbbbbbb)",
    });
    expect(releaseGate(facts({ requires: null, deployed: null })).grounds).toBe("v1.2.0 is on main");
  });

  test.each([
    ["a commit that is not on the branch", { onDefaultBranch: { ok: true, value: "outside" } as const }, ["LDP610"]],
    ["a commit of a merged branch", { onDefaultBranch: { ok: true, value: "merged" } as const }, ["LDP610"]],
    ["files that were never deployed", { deployed: { ok: true, value: null } as const }, ["LDP611"]],
    [
      "both",
      { onDefaultBranch: { ok: true, value: "outside" } as const, deployed: { ok: true, value: null } as const },
      ["LDP610", "LDP611"],
    ],
    ["a branch that can't be asked", { onDefaultBranch: refused }, ["LDP613"]],
    ["records that can't be read", { deployed: refused }, ["LDP613"]],
  ])("refuses %s, with what to do", (_what, changed, codes) => {
    const gate = releaseGate(facts(changed));
    expect(gate.allowed).toBe(false);
    expect(gate.diagnostics.map((one) => one.code)).toEqual(codes);
    for (const one of gate.diagnostics) expect(one.hint).toBeTruthy();
  });

  test("is overridden by a reason, which is recorded (LDP612)", () => {
    const gate = releaseGate(facts({ deployed: { ok: true, value: null }, override: " incident 12 " }));
    expect(gate).toMatchObject({ allowed: true, override: "incident 12" });
    expect(gate.diagnostics).toEqual([expect.objectContaining({ code: "LDP612", severity: "warning" })]);
    expect(gate.diagnostics[0]?.message).toContain("incident 12");
  });

  test("a reason that is not needed overrides nothing, and an empty one is none", () => {
    expect(releaseGate(facts({ override: "why not" })).override).toBeNull();
    expect(releaseGate(facts({ deployed: { ok: true, value: null }, override: "  " })).allowed).toBe(false);
  });
});
