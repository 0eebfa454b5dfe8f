import { join } from "node:path";
import { expect, test } from "vitest";
import { ruffRequirement } from "../../../src/lint/requirement.js";
import { folderOf } from "./folder.js";

const pyproject = (text: string) => folderOf({ "pyproject.toml": text });

test.each([
  ["project.dependencies", '[project]\nname = "x"\nversion = "1"\ndependencies = ["ruff>=0.15,<0.17"]', ">=0.15,<0.17"],
  [
    "project.optional-dependencies.dev",
    '[project.optional-dependencies]\ndev = ["black", "ruff ==0.15.4 ; python_version > \'3.9\'"]',
    "==0.15.4",
  ],
  ["dependency-groups.lint", '[dependency-groups]\nlint = ["ruff[x] (~=0.15.1)", {include-group = "a"}]', "~=0.15.1"],
  ["tool.uv.dev-dependencies", '[tool.uv]\ndev-dependencies = ["Ruff==0.17.6"]', "==0.17.6"],
  ["tool.poetry.group.dev.dependencies", '[tool.poetry.group.dev.dependencies]\nruff = "^0.15"', "^0.15"],
  ["tool.poetry.dev-dependencies", '[tool.poetry.dev-dependencies]\nruff = {version = "0.16.*"}', "0.16.*"],
  ["tool.ruff.required-version", '[tool.ruff]\nrequired-version = ">=0.16"', ">=0.16"],
])("reads %s", (table, text, specifier) => {
  expect(ruffRequirement(pyproject(text))).toMatchObject({ text: specifier, from: `pyproject.toml, ${table}` });
});

test("reads required-version of ruff.toml", () => {
  expect(ruffRequirement(folderOf({ "ruff.toml": 'required-version = "==0.16.2"' }))).toMatchObject({
    text: "==0.16.2",
    from: "ruff.toml, required-version",
  });
});

test("takes all that is asked for together", () => {
  const requirement = ruffRequirement(
    pyproject('[dependency-groups]\ndev = ["ruff>=0.15"]\n[tool.ruff]\nrequired-version = "<0.17"'),
  );
  expect(["0.14.0", "0.15.0", "0.16.10", "0.17.0"].filter((version) => requirement?.allows(version))).toEqual([
    "0.15.0",
    "0.16.10",
  ]);
});

test.each([
  ["names no version", '[dependency-groups]\ndev = ["ruff"]'],
  ["names other packages", '[dependency-groups]\ndev = ["ruff-lsp==0.0.62", "notruff==1.0"]'],
  ["takes ruff from a URL", '[dependency-groups]\ndev = ["ruff @ https://example.invalid/ruff.whl"]'],
  ["is not TOML", "[[["],
  ["has other types", 'dependency-groups = 3\nproject = ["a"]\ntool = "x"'],
])("asks for nothing where pyproject.toml %s", (_, text) => {
  expect(ruffRequirement(pyproject(text))).toBeNull();
});

test("looks in the folders above, up to the top of the repository", () => {
  const top = folderOf({
    "pyproject.toml": '[tool.ruff]\nrequired-version = "==0.1.0"',
    "repo/.git/HEAD": "",
    "repo/pyproject.toml": '[tool.ruff]\nrequired-version = "==0.15.4"',
    "repo/a/b/config.yml": "",
    "bare/config.yml": "",
  });
  expect(ruffRequirement(join(top, "repo/a/b"))).toMatchObject({
    from: "../../pyproject.toml, tool.ruff.required-version",
  });
  expect(ruffRequirement(join(top, "bare"))).toBeNull();
});
