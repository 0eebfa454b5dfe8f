import { expect, test } from "vitest";
import { renderComment } from "../../../src/render/comment/comment.js";
import { readHeader } from "../../../src/render/header.js";
import { expectGolden } from "./golden.js";
import { situations } from "./situations.js";

test.each(Object.keys(situations))("comment %s", (name) => {
  const reports = situations[name]?.() ?? [];
  const body = renderComment(reports);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(60_000);
  expect(readHeader(body)?.commit).toBe(reports[0]?.links.commit);
  expectGolden(`comment/${name}.md`, body);
});
