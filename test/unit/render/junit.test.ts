import { JSDOM } from "jsdom";
import { expect, test } from "vitest";
import { renderJunit } from "../../../src/render/junit.js";
import { hostile } from "./hostile.js";
import { diagnostic } from "./samples.js";

const parser = new new JSDOM("").window.DOMParser();
const parse = (text: string) => parser.parseFromString(text, "application/xml");

test("errors are failures, warnings are passed cases with their text, a suite a file", () => {
  const document = parse(
    renderJunit([
      diagnostic("LDP202", "orders depends on raw, which is not a table", { hint: "Did you mean raw_orders?" }),
      diagnostic("LDP204", "the code does not read raw", { severity: "warning", line: 9 }),
      diagnostic("LDP301", "no such file", { file: "transformations/bronze/raw.py", line: 1, column: 1 }),
    ]),
  );
  const suites = [...document.querySelectorAll("testsuite")];
  expect(
    suites.map((suite) => [suite.getAttribute("name"), suite.getAttribute("tests"), suite.getAttribute("failures")]),
  ).toEqual([
    ["config.yml", "2", "1"],
    ["transformations/bronze/raw.py", "1", "1"],
  ]);
  expect(document.querySelector("failure")?.textContent).toBe(
    "config.yml:7:11\norders depends on raw, which is not a table\nDid you mean raw_orders?",
  );
  expect(document.querySelector("system-out")?.textContent).toContain("warning: config.yml:9:11");
});

test("without findings one case has passed", () => {
  const document = parse(renderJunit([]));
  expect(document.querySelectorAll("testcase")).toHaveLength(1);
  expect(document.querySelectorAll("failure")).toHaveLength(0);
});

test("hostile texts stay text: the document is well formed and has no other elements", () => {
  for (const text of hostile) {
    const document = parse(renderJunit([diagnostic("LDP202", text, { file: `a/${text}`, hint: text })]));
    expect([...document.querySelectorAll("*")].map((one) => one.tagName)).toEqual([
      "testsuites",
      "testsuite",
      "testcase",
      "failure",
    ]);
  }
});
