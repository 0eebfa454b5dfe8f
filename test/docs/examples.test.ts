import { expect, test } from "vitest";
import { validateCommand } from "../../src/commands/validate.js";
import { catalogue, type Rule } from "../../src/diagnostics/catalogue.js";
import { inFolder } from "./folder.js";

const rules = Object.entries(catalogue as Readonly<Record<string, Rule>>);
/** Codes of config.yml whose example is a part of it. */
const ofConfig = rules.filter(([code, { example }]) => /^LDP[12]/.test(code) && example?.language === "yaml");

test.each(ofConfig)("the example of %s has that finding, and its mended form has not", (code, { example, mended }) => {
  expect(codes(example?.text ?? "")).toContain(code);
  if (mended?.language === "yaml") expect(codes(mended.text)).not.toContain(code);
});

function codes(part: string): string[] {
  return inFolder({ "config.yml": `version: 1\n${part}` }, (directory) => {
    const text = { color: false, width: 0 };
    const { stdout } = validateCommand({
      directory,
      config: "config.yml",
      format: "json",
      strict: false,
      source: false,
      text,
    });
    return (JSON.parse(stdout) as { diagnostics: readonly { code: string }[] }).diagnostics.map(({ code }) => code);
  });
}
