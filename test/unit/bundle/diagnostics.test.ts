import { describe, expect, test } from "vitest";
import { bundleFindings, parseCliDiagnostics } from "../../../src/bundle/diagnostics.js";
import { recorded } from "./recorded.js";

const short = (stderr: string) =>
  bundleFindings(stderr).map((one) => [one.code, one.severity, one.message, one.file, one.line, one.column]);

describe("diagnostics of the CLI", () => {
  test("come at file and line, by their kind", () => {
    expect(short(recorded("warnings.validate.txt"))).toEqual([
      ["LDP502", "warning", "unknown field: scheduel (resources.jobs.nightly)", "resources/nightly.job.yml", 5, 7],
      [
        "LDP503",
        "info",
        "permissions section should explicitly include the current deployment identity 'tester@example.com' or one of its groups",
        "databricks.yml",
        28,
        3,
      ],
      [
        "LDP502",
        "warning",
        "the bundle root path /Workspace/Shared/bundles/shop/dev is writable by all workspace users",
        null,
        null,
        null,
      ],
    ]);
    expect(short(recorded("broken.validate.txt")).at(-1)).toEqual([
      "LDP501",
      "error",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the CLI's own text
      "reference does not exist: ${var.nothing}",
      null,
      null,
      null,
    ]);
  });

  test("of a failed request: the cause without the request", () => {
    const found = bundleFindings(recorded("failed.deploy.txt")).filter((one) => one.severity === "error");
    expect(found).toEqual([
      expect.objectContaining({ message: "cannot create resources.jobs.nightly: disk full (500 INTERNAL_ERROR)" }),
    ]);
    expect(found[0]?.hint).toBeUndefined();
  });

  test("that are printed twice count once, and progress belongs to none", () => {
    expect(parseCliDiagnostics(recorded("locked.deploy.txt")).filter((one) => one.severity === "Error").length).toBe(2);
    const text = "Error: a\n\ndetail\n\nUploading bundle files to /x...\nCreated jobs.a\nError: a\n";
    expect(parseCliDiagnostics(text)).toEqual([expect.objectContaining({ summary: "a", detail: ["detail"] })]);
  });

  test("with several places keep them all", () => {
    const text = "Error: twice\n  at resources.jobs.a\n     resources.jobs.b\n  in a.yml:1:2\n     b.yml:3:4\n\nmore\n";
    expect(bundleFindings(text)).toEqual([
      expect.objectContaining({
        message: "twice (resources.jobs.a, resources.jobs.b)",
        file: "a.yml",
        line: 1,
        column: 2,
        related: [{ file: "b.yml", line: 3, column: 4, message: "here too" }],
        hint: "more",
      }),
    ]);
  });
});
