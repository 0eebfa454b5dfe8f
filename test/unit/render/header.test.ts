import { describe, expect, it } from "vitest";
import { checkBinding } from "../../../src/bundle/binding.js";
import { boundActions, bundleDigest } from "../../../src/bundle/digest.js";
import type { ResourceAction } from "../../../src/bundle/model.js";
import { renderComment } from "../../../src/render/comment/comment.js";
import { type CommentHeader, readHeader, writeHeader } from "../../../src/render/header.js";
import { action, environment, largePlan, report } from "./samples.js";

const header: CommentHeader = {
  key: "",
  commit: "0123456789abcdef0123456789abcdef01234567",
  environments: [
    {
      directory: ".",
      environment: "prod",
      digest: "sha256:00",
      actions: [{ resource: "pipelines.etl", action: "update", fields: { "configuration.tags": "sha256:11" } }],
    },
  ],
};

describe("the comment's header", () => {
  it("is read as it was written", () => {
    expect(readHeader(`${writeHeader(header)}\n# Plan`)).toEqual(header);
  });

  it("keeps what its texts say, and lets none of it out", () => {
    const hostile = "--> <b>@all</b> #12 -- --- \u202e\n é 🙂 <!-- -";
    const written = {
      ...header,
      key: `${hostile}--`,
      environments: [{ ...header.environments[0], directory: hostile }],
    };
    const line = writeHeader(written as CommentHeader);
    expect(line.indexOf("-->")).toBe(line.length - 3);
    expect(line.slice(4, -3)).not.toMatch(/[<>@#\n]|--/);
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(readHeader(line)).toEqual(written);
  });

  it("keeps the digest, which is all that binds a deploy, of 10,000 resources with as many changed fields", () => {
    const field = { path: "settings.name", action: "update", values: null, hash: `sha256:${"a".repeat(64)}` };
    const actions = Array.from({ length: 10_000 }, (_, i) => action(`jobs.job_${i}`, "update", { fields: [field] }));
    const digest = bundleDigest(boundActions(actions));
    const plans = ["dev", "prod"].map((name) => environment(name, actions, { digest }));
    const body = renderComment([report({ plan: largePlan(10_000, 10_000), environments: plans })]);
    expect(Buffer.byteLength(body)).toBeLessThan(65_536);
    const [dev, prod] = readHeader(body)?.environments ?? [];
    expect([dev, prod]).toMatchObject([
      { environment: "dev", digest, actions: null },
      { environment: "prod", digest, actions: null },
    ]);
    const reviewed = { digest: dev?.digest ?? null, actions: null, where: "#7" };
    const [first, ...others] = actions;
    expect(checkBinding(environment("dev", actions, { digest }), reviewed, "enforce")).toEqual([]);
    const changed = [...others, { ...first, action: "delete" } as ResourceAction];
    const other = environment("dev", changed, { digest: bundleDigest(boundActions(changed)) });
    expect(checkBinding(other, reviewed, "enforce").map(({ code }) => code)).toEqual(["LDP604"]);
  });

  it("counts only at the start of the body", () => {
    expect(readHeader(` ${writeHeader(header)}`)).toBeNull();
    expect(readHeader(`> quoted\n${writeHeader(header)}`)).toBeNull();
  });

  it("is null in another form", () => {
    const bodies = [
      "",
      "<!-- ldp-action:comment= {} -->",
      "<!-- ldp-action:comment= {broken} -->",
      '<!-- ldp-action:comment= {"schema":"ldp.comment/2","commit":null,"environments":[]} -->',
      '<!-- ldp-action:comment= {"schema":"ldp.comment/1","commit":null,"environments":[{"directory":1}]} -->',
      '<!-- ldp-action:comment=%zz {"schema":"ldp.comment/1","commit":null,"environments":[]} -->',
    ];
    for (const body of bodies) expect(readHeader(body)).toBeNull();
  });
});
