import { describe, expect, it } from "vitest";
import { waitBeforeRetry } from "../../../src/forge/github/failure.js";
import type { Fault } from "../../fakes/github/faults.ts";
import { part, type Scene, scene } from "./github.ts";

const ask = ({ forge }: Scene) => part(forge.history).defaultBranch();

describe("a request is tried again", () => {
  it.each<[string, Fault, number[]]>([
    ["after a 502", { kind: "status", status: 502, times: 2 }, [1_000, 3_000]],
    ["after a broken connection", { kind: "reset", times: 3 }, [1_000, 3_000, 9_000]],
    ["after a lost answer", { kind: "lose-answer" }, [1_000]],
    ["after the page of a proxy", { kind: "html" }, [1_000]],
    ["after the time that a secondary limit asks for", { kind: "secondary-limit", retryAfter: 7 }, [7_000]],
    ["after a while, when a secondary limit asks for none", { kind: "secondary-limit" }, [5_000]],
    ["after a 429", { kind: "status", status: 429, retryAfter: 2 }, [2_000]],
  ])("%s", async (_name, fault, waits) => {
    const it = await scene();
    it.github.addFault(fault);
    expect(await ask(it)).toEqual({ ok: true, value: "main" });
    expect(it.waits).toEqual(waits);
    expect(it.log).toHaveLength(waits.length);
  });
});

describe("a request is given up", () => {
  it.each<[string, Fault, string]>([
    ["after four attempts", { kind: "status", status: 502, times: 9 }, "Server Error"],
    [
      "when the connection breaks each time",
      { kind: "reset", times: 9 },
      "could not read the name of the default branch",
    ],
    ["when the rate limit is far from its reset", { kind: "rate-limit", times: 9 }, "rate limit is used up"],
    ["when a limit asks for minutes", { kind: "secondary-limit", retryAfter: 600, times: 9 }, "rate limit is used up"],
  ])("%s", async (_name, fault, message) => {
    const it = await scene();
    it.github.addFault(fault);
    const answer = await ask(it);
    expect(answer).toMatchObject({ ok: false, finding: { code: "LDP906", message: expect.stringContaining(message) } });
    expect(it.waits.length).toBeLessThanOrEqual(3);
  });

  it("at once for what will not change", async () => {
    const it = await scene({ name: "other" });
    expect(await ask(it)).toMatchObject({ ok: false, finding: { code: "LDP905" } });
    expect(it.github.seen).toHaveLength(1);
  });

  it("when nothing listens", async () => {
    const it = await scene();
    await it.github.close();
    expect(await ask(it)).toMatchObject({ ok: false, finding: { code: "LDP906" } });
  });
});

describe("waitBeforeRetry", () => {
  const failure = (status: number, headers: Record<string, string> = {}, message = "no") =>
    Object.assign(new Error(message), { status, response: { headers } });

  it("waits for a primary limit that resets soon", () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "100" };
    expect(waitBeforeRetry(failure(403, headers), 1, 80_000, 0)).toBe(21_000);
    expect(waitBeforeRetry(failure(403, headers), 1, 0, 0)).toBeNull();
  });

  it("never waits for a refusal", () => {
    for (const status of [400, 401, 403, 404, 409, 410, 422, 501]) {
      expect(waitBeforeRetry(failure(status), 1, 0, 0)).toBeNull();
    }
  });

  it("spreads the waits of many jobs", () => {
    expect([0, 0.5, 1].map((random) => waitBeforeRetry(failure(500), 1, 0, random))).toEqual([750, 1_000, 1_250]);
  });
});
