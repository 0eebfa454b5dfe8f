import { describe, expect, test } from "vitest";
import { environmentsToDeploy, matchesTag } from "../../../src/action/environments.js";
import { forgeEvent } from "../../../src/forge/event.js";
import type { Environment } from "../../../src/project/model.js";

const environment = (name: string, more: Partial<Environment>): Environment => ({
  name,
  target: name,
  deployOn: "manual",
  tagPattern: null,
  requires: null,
  planEnvironment: null,
  url: null,
  ...more,
});
const environments = [
  environment("dev", { deployOn: "merge" }),
  environment("prod", { deployOn: "tag", tagPattern: "v*" }),
  environment("eu", { deployOn: "tag", tagPattern: "eu-v*" }),
  environment("sandbox", {}),
];
const push = (ref: string) =>
  forgeEvent({ ref, repository: { default_branch: "main" } }, { GITHUB_EVENT_NAME: "push", GITHUB_REF: ref });

describe("which environments an event deploys", () => {
  test.each([
    ["refs/heads/main", ["dev"]],
    ["refs/heads/other", []],
    ["refs/tags/v1.2.3", ["prod"]],
    ["refs/tags/eu-v1", ["eu"]],
    ["refs/tags/nightly", []],
  ])("a push of %s: %j", (ref, names) => {
    expect(environmentsToDeploy(push(ref), environments).map(({ name }) => name)).toEqual(names);
  });

  test.each(["release", "workflow_dispatch", "merge_group", "schedule", "pull_request_target"])("%s: none", (name) => {
    expect(environmentsToDeploy(forgeEvent({}, { GITHUB_EVENT_NAME: name }), environments)).toEqual([]);
  });
});

describe("tag patterns", () => {
  test.each([
    ["v1", "v*", true],
    ["1v", "v*", false],
    ["release/2026.11", "release/*", true],
    ["a.b", "a?b", false],
    ["axb", "a.b", false],
    ["v1-final", "v*-final", true],
    ["v1-final2", "v*-final", false],
    ["v1", "*", true],
    ["v1", null, false],
  ])("%s matches %s: %s", (tag, pattern, matches) => {
    expect(matchesTag(tag, pattern)).toBe(matches);
  });
});
