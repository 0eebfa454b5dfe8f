import { describe, expect, it } from "vitest";
import { type CommentHeader, readHeader, writeHeader } from "../../../src/render/header.js";

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
