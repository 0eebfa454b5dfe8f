import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { forgeEvent, readForgeEvent } from "../../../src/forge/event.js";
import { examplePayload } from "../../fakes/github/examples.js";

const sha = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

function event(name: string, payload: unknown, env: Record<string, string> = {}) {
  return forgeEvent(payload, { GITHUB_EVENT_NAME: name, GITHUB_REPOSITORY: "acme/shop", GITHUB_SHA: sha, ...env });
}

function pull(edit: (pull: Record<string, Record<string, unknown>>) => void = () => {}, action = "opened") {
  const payload = examplePayload("pull_request", { action });
  edit(payload.pull_request as Record<string, Record<string, unknown>>);
  return payload;
}

describe("pull_request", () => {
  it.each(["opened", "synchronize", "reopened", "ready_for_review"])("%s", (action) => {
    const payload = pull(undefined, action === "synchronize" ? "opened" : action);
    const found = event("pull_request", { ...payload, action }, { GITHUB_REF: "refs/pull/2/merge" });
    expect(found).toMatchObject({
      kind: "pull-request",
      action,
      number: 2,
      fromFork: false,
      untrusted: null,
      mergeCommit: sha,
      repository: { owner: "acme", name: "shop" },
      defaultBranch: "master",
      head: { ref: "changes", repository: "Codertocat/Hello-World" },
      base: { ref: "master", repository: "Codertocat/Hello-World" },
    });
  });

  it("tells a fork, and a fork that was deleted since", () => {
    const fork = pull((it) => Object.assign(it.head?.repo as object, { full_name: "stranger/Hello-World" }));
    expect(event("pull_request", fork)).toMatchObject({
      fromFork: true,
      untrusted: "the pull request comes from a fork",
    });
    const gone = pull((it) => Object.assign(it.head as object, { repo: null }));
    expect(event("pull_request", gone)).toMatchObject({ fromFork: true, head: { repository: null } });
  });

  it("trusts no pull request of Dependabot, though its branch is in the repository", () => {
    const found = event("pull_request", pull(), { GITHUB_ACTOR: "dependabot[bot]" });
    expect(found).toMatchObject({ fromFork: false, untrusted: "the pull request comes from Dependabot" });
  });

  it("has no merge commit when it is closed or in conflict", () => {
    const found = event("pull_request", pull(undefined, "closed"), { GITHUB_REF: "refs/heads/master" });
    expect(found).toMatchObject({ kind: "pull-request", action: "closed", mergeCommit: null });
  });
});

describe("push", () => {
  const push = examplePayload("push", { ref: "refs/heads/master" });

  it("to the default branch and to another", () => {
    expect(event("push", push)).toMatchObject({ kind: "branch-push", branch: "master", isDefault: true });
    const other = event("push", { ...push, ref: "refs/heads/feature/x" });
    expect(other).toMatchObject({ kind: "branch-push", branch: "feature/x", isDefault: false });
  });

  it("of a new branch has nothing before it", () => {
    expect(event("push", { ...push, before: "0".repeat(40) })).toMatchObject({ before: null });
    expect(event("push", { ...push, before: sha })).toMatchObject({ before: sha });
  });

  it("of a tag, also one with a slash", () => {
    const tag = examplePayload("push", { ref: "refs/tags/simple-tag", deleted: false });
    expect(event("push", tag)).toMatchObject({ kind: "tag-push", tag: "simple-tag" });
    expect(event("push", { ...tag, ref: "refs/tags/etl/v1" })).toMatchObject({ kind: "tag-push", tag: "etl/v1" });
  });

  it("that deletes deploys nothing", () => {
    expect(event("push", { ...push, deleted: true })).toMatchObject({ kind: "ref-deleted" });
  });

  it("to a branch that is named like a tag is none", () => {
    expect(event("push", { ...push, ref: "refs/heads/tags/v1" })).toMatchObject({
      kind: "branch-push",
      branch: "tags/v1",
    });
  });
});

describe("other events", () => {
  it("release", () => {
    const found = event("release", examplePayload("release", { action: "published" }));
    expect(found).toMatchObject({ kind: "release", action: "published", tag: "0.0.1" });
  });

  it("merge_group", () => {
    const found = event("merge_group", examplePayload("merge_group"));
    expect(found).toMatchObject({ kind: "merge-group", action: "checks_requested", untrusted: null });
    expect(found).toHaveProperty("head", expect.stringMatching(/^[0-9a-f]{40}$/));
    expect(found).toHaveProperty("base", expect.stringMatching(/^[0-9a-f]{40}$/));
  });

  it("workflow_dispatch and schedule", () => {
    expect(event("workflow_dispatch", examplePayload("workflow_dispatch"))).toMatchObject({ kind: "dispatch" });
    expect(event("schedule", { schedule: "0 3 * * *" })).toMatchObject({
      kind: "schedule",
      cron: "0 3 * * *",
      defaultBranch: null,
    });
  });

  it.each(["pull_request_target", "workflow_run", "issue_comment"])("%s gets no credentials", (name) => {
    expect(event(name, pull())).toMatchObject({ kind: "other", name, untrusted: expect.stringContaining(name) });
  });

  it("without a rule, or with a payload that lacks what its rule needs", () => {
    expect(event("watch", {})).toMatchObject({ kind: "other", name: "watch", lack: null });
    for (const payload of [null, [], "text", { pull_request: { number: "2" } }]) {
      expect(event("pull_request", payload)).toMatchObject({ kind: "other", lack: expect.stringContaining("number") });
    }
    expect(forgeEvent({}, {})).toMatchObject({ kind: "other", name: "unknown", repository: null });
  });
});

describe("readForgeEvent", () => {
  it("reads GITHUB_EVENT_PATH, and says in one line when it can't", () => {
    const path = join(mkdtempSync(join(tmpdir(), "event-")), "event.json");
    writeFileSync(path, JSON.stringify(examplePayload("push", { ref: "refs/heads/master" })));
    expect(readForgeEvent({ GITHUB_EVENT_NAME: "push", GITHUB_EVENT_PATH: path })).toMatchObject({
      kind: "branch-push",
    });
    writeFileSync(path, "{");
    expect(() => readForgeEvent({ GITHUB_EVENT_PATH: path })).toThrow(
      /^the event of this job can't be read from .*JSON/,
    );
    expect(() => readForgeEvent({ GITHUB_EVENT_PATH: `${path}.no` })).toThrow("ENOENT");
  });
});
