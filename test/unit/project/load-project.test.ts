import { describe, expect, test } from "vitest";
import { loadProject } from "../../../src/project/load-project.js";
import { memoryTree } from "../../../src/project/tree.js";

function findings(config: string, files: Readonly<Record<string, string>> = {}) {
  return loadProject(memoryTree({ "config.yml": config, ...files }), "config.yml").diagnostics.map(
    ({ code, message, hint }) => ({ code, message, hint }),
  );
}

describe("LDP301 suggests", () => {
  const hintOf = (module: string, ...paths: string[]) =>
    findings(
      `version: 1\ntables:\n  - {name: orders, layer: silver, module: ${module}}\n`,
      Object.fromEntries(paths.map((path) => [path, ""])),
    )[0]?.hint;

  test.each<[string, string, string[], string]>([
    [
      "the file of that name in another folder",
      "transformations/silver/orders.py",
      ["transformations/silver/order.py", "src/etl/orders.py"],
      'Did you mean "src/etl/orders.py"?',
    ],
    [
      "of several the one whose path is near",
      "transformations/silver/orders.py",
      ["old/orders.py", "transformations/sliver/orders.py"],
      'Did you mean "transformations/sliver/orders.py"?',
    ],
    [
      "a near name of the same folder",
      "transformations/silver/orders.py",
      ["transformations/silver/order.py"],
      'Did you mean "transformations/silver/order.py"?',
    ],
    [
      "nothing where several are as far away",
      "a/orders.py",
      ["transformations/bronze/orders.py", "transformations/gold/orders.py"],
      "Create it, or name another file with `module:`.",
    ],
  ])("%s", (_, module, paths, hint) => {
    expect(hintOf(module, ...paths)).toBe(hint);
  });
});

describe("LDP103 within an entry of tables", () => {
  test("names the table beside the path", () => {
    const config = `version: 1
tables:
  - {name: raw, layer: bronze}
  - {name: orders, layer: silvr, tags: daily, colour: red}
`;
    expect(findings(config, { "transformations/bronze/raw.py": "" })).toMatchObject([
      { message: '`tables[1].layer` of "orders" can\'t be "silvr".', hint: 'Did you mean "silver"?' },
      { message: '`tables[1].tags` of "orders" must be a list, not text.' },
      { message: 'Unknown key "colour" in `tables[1]` of "orders".' },
    ]);
  });

  test("says a name once", () => {
    const config = "version: 1\ntables:\n  - {name: 1st, layer: silver}\n  - {name: x}\n  - {layer: silver}\n";
    expect(
      findings(config)
        .filter((one) => one.code === "LDP103")
        .map((one) => one.message),
    ).toEqual([
      '"1st" is not allowed as `tables[0].name`.',
      'The table "x" lacks the key "layer".',
      '`tables[2]` lacks the key "name".',
    ]);
  });
});
