import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { artifactBuilds } from "../../../src/bundle/build-guard.js";
import { readConfigFiles } from "../../../src/bundle/config-files.js";
import { isForPullRequest } from "../../../src/bundle/environment.js";
import { checkHosts } from "../../../src/bundle/host-guard.js";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function bundle(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "ldp-guard-"));
  folders.push(folder);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

function hosts(files: Readonly<Record<string, string>>, host = "https://ours.example.com", target = "dev") {
  const config = readConfigFiles(bundle(files));
  if (!config) throw new Error("no bundle");
  return [...config.diagnostics, ...checkHosts(config, target, host, false)].map((one) => [
    one.code,
    one.file,
    one.line,
  ]);
}

const evil = "workspace: {host: https://evil.example.com}\n";

describe("another host (LDP520)", () => {
  test.each([
    ["at the top", { "databricks.yml": `bundle: {name: a}\n${evil}` }, ["LDP520", "databricks.yml", 2]],
    ["in the target", { "databricks.yml": `targets:\n  dev:\n    ${evil}` }, ["LDP520", "databricks.yml", 3]],
    [
      "in an old-style environment",
      { "databricks.yml": `environments:\n  dev:\n    ${evil}` },
      ["LDP520", "databricks.yml", 3],
    ],
    ["in an include", { "databricks.yml": "include: [more/*.yml]\n", "more/a.yml": evil }, ["LDP520", "more/a.yml", 1]],
    [
      "in a JSON include",
      { "databricks.yml": "include: [a.json]\n", "a.json": '{"workspace": {"host": "https://evil.example.com"}}' },
      ["LDP520", "a.json", 1],
    ],
    [
      "behind a leading dot",
      { "databricks.yml": "include: ['.h*/*']\n", ".hidden/a.yml": evil },
      ["LDP520", ".hidden/a.yml", 1],
    ],
    [
      "behind `**`, which is one folder",
      { "databricks.yml": "include: ['x/**/a.yml']\n", "x/y/a.yml": evil },
      ["LDP520", "x/y/a.yml", 1],
    ],
    ["behind a class", { "databricks.yml": "include: ['[m]ore.yml']\n", "more.yml": evil }, ["LDP520", "more.yml", 1]],
    [
      "outside the folder",
      { "databricks.yml": "include: [sub/../more.yml]\n", "sub/b.txt": "", "more.yml": evil },
      ["LDP520", "more.yml", 1],
    ],
    [
      "behind a folder that is not there",
      { "databricks.yml": "include: [none/../m*.yml]\n", "more.yml": evil },
      ["LDP520", "more.yml", 1],
    ],
    [
      "behind one sign of two units",
      { "databricks.yml": "include: ['?.yml']\n", "😀.yml": evil },
      ["LDP520", "😀.yml", 1],
    ],
    [
      "behind an escape",
      { "databricks.yml": "include: ['m\\ore.yml']\n", "more.yml": evil },
      ["LDP521", "databricks.yml", 1],
    ],
    [
      "by the last of several merges",
      {
        "databricks.yml": `x: [&a {host: https://ours.example.com}, &b {host: https://evil.example.com}]\nworkspace:\n  <<: [*a, *b]\n`,
      },
      ["LDP520", "databricks.yml", 3],
    ],
    [
      "by an alias of a list that is merged",
      {
        "databricks.yml": `x: &l [{host: https://ours.example.com}, {host: https://evil.example.com}]\nworkspace:\n  <<: *l\n`,
      },
      ["LDP521", "databricks.yml", 3],
    ],
    [
      "by a merge twice",
      {
        "databricks.yml": `x: [&a {root_path: /a}, &b {host: https://evil.example.com}]\nworkspace: {<<: *a, <<: *b}\n`,
      },
      ["LDP521", "databricks.yml", 2],
    ],
    [
      "by a tagged merge",
      { "databricks.yml": `x: &a {host: https://evil.example.com}\nworkspace: {!!merge foo: *a}\n` },
      ["LDP521", "databricks.yml", 2],
    ],
    ["after a lone carriage return", { "databricks.yml": `# a\r${evil}` }, ["LDP521", "databricks.yml", 1]],
    ["after a next line", { "databricks.yml": `# a\u0085${evil}` }, ["LDP521", "databricks.yml", 1]],
    ["after a line separator", { "databricks.yml": `# a\u2028${evil}` }, ["LDP521", "databricks.yml", 1]],
    ["after a mark at a line's start", { "databricks.yml": `a: 1\n\uFEFF${evil}` }, ["LDP521", "databricks.yml", 1]],
    [
      "by an alias",
      { "databricks.yml": "x: &a https://evil.example.com\nworkspace: {host: *a}\n" },
      ["LDP520", "databricks.yml", 2],
    ],
    [
      "by a merge",
      { "databricks.yml": `x: &a {host: https://evil.example.com}\nworkspace:\n  <<: *a\n` },
      ["LDP520", "databricks.yml", 3],
    ],
    ["under another file name", { "bundle.yaml": evil }, ["LDP520", "bundle.yaml", 1]],
    ["as a variable", { "databricks.yml": `workspace: {host: "\${var.host}"}\n` }, ["LDP520", "databricks.yml", 1]],
    [
      "that only begins like ours",
      { "databricks.yml": "workspace: {host: https://ours.example.com.evil.com}\n" },
      ["LDP520", "databricks.yml", 1],
    ],
    [
      "with ours as its user",
      { "databricks.yml": "workspace: {host: https://ours.example.com@evil.com}\n" },
      ["LDP520", "databricks.yml", 1],
    ],
    ["through a profile", { "databricks.yml": "workspace: {profile: other}\n" }, ["LDP520", "databricks.yml", 1]],
    [
      "through a metadata service",
      { "databricks.yml": "workspace: {metadata_service_url: http://evil}\n" },
      ["LDP520", "databricks.yml", 1],
    ],
    [
      "through an Azure resource",
      { "databricks.yml": "workspace: {azure_workspace_resource_id: /x}\n" },
      ["LDP520", "databricks.yml", 1],
    ],
  ])("%s", (_where, files, expected) => {
    expect(hosts(files)).toEqual([expected]);
  });

  test("an identity that the pull request chooses; a protected branch may", () => {
    const config = readConfigFiles(bundle({ "databricks.yml": "workspace: {client_id: other, auth_type: pat}\n" }));
    expect(config && checkHosts(config, "dev", "https://ours.example.com", false).length).toBe(2);
    expect(config && checkHosts(config, "dev", "https://ours.example.com", true)).toEqual([]);
  });

  test.each(["on", "y", "1.10", "0x10"])("in the target %s, whose name is no text to YAML 1.1", (target) => {
    const files = { "databricks.yml": `targets:\n  ${target}:\n    ${evil}` };
    expect(hosts(files, "https://ours.example.com", target)).toEqual([["LDP520", "databricks.yml", 3]]);
  });

  // Elsewhere the system itself refuses such a name.
  test.runIf(process.platform === "linux")("in a file whose name is not UTF-8", () => {
    const folder = bundle({ "databricks.yml": "include: ['*.yml']\n" });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff]), Buffer.from(".yml")]), evil);
    expect(readConfigFiles(folder)?.diagnostics.map((one) => [one.code, one.file, one.line])).toEqual([
      ["LDP521", "databricks.yml", 1],
    ]);
  });

  test("behind a link", () => {
    const folder = bundle({ "databricks.yml": "include: [link.yml]\n", "real.txt": evil });
    symlinkSync("real.txt", join(folder, "link.yml"));
    const config = readConfigFiles(folder);
    expect(config && checkHosts(config, "dev", "https://ours.example.com", true).length).toBe(1);
  });

  test.each([
    ["none", { "databricks.yml": "bundle: {name: a}\n" }],
    ["ours, written otherwise", { "databricks.yml": "workspace: {host: 'HTTPS://OURS.example.com/?o=1'}\n" }],
    ["one of another target", { "databricks.yml": `targets:\n  prod:\n    ${evil}  dev: {}\n` }],
    [
      "Windows line ends and a mark at the start",
      { "databricks.yml": "\uFEFFbundle: {name: a}\r\ntargets: {dev: {}}\r\n" },
    ],
    [
      "a host that a merge would change",
      {
        "databricks.yml": `x: &a {host: https://evil.example.com}\nworkspace: {<<: *a, host: https://ours.example.com}\n`,
      },
    ],
    ["a file that is not included", { "databricks.yml": "include: [a/*.yml]\n", "b/x.yml": evil }],
  ])("passes %s", (_what, files) => {
    expect(hosts(files)).toEqual([]);
  });

  test.each([
    ["broken YAML", { "databricks.yml": "bundle:\n  name: [a\n" }],
    ["broken YAML of an include", { "databricks.yml": "include: [a.yml]\n", "a.yml": "a: [\n" }],
    [
      "an alias bomb",
      {
        "databricks.yml": `a: &a [x]\n${[..."bcdefghijk"].map((n, i) => `${n}: &${n} [${Array(10).fill(`*${"abcdefghij"[i]}`).join(", ")}]\n`).join("")}`,
      },
    ],
  ])("refuses what can't be read: %s (LDP521)", (_what, files) => {
    expect(hosts(files)[0]?.[0]).toBe("LDP521");
  });

  test.each([
    ["a key given twice", "workspace: {host: https://evil.example.com}\nworkspace: {}\n"],
    ["a second document", "a: 1\n---\nworkspace: {host: https://evil.example.com}\n"],
    ["UTF-16", Buffer.from("\ufeffworkspace: {host: https://evil.example.com}\n", "utf16le")],
    ["UTF-16 without a mark", Buffer.from("workspace: {host: https://evil.example.com}\n", "utf16le")],
    ["a list", "- workspace\n"],
  ])("refuses what the CLI may read otherwise: %s (LDP521)", (_what, content) => {
    const folder = bundle({ "databricks.yml": "include: [a.yml]\n" });
    writeFileSync(join(folder, "a.yml"), content);
    expect(readConfigFiles(folder)?.diagnostics.map((one) => [one.code, one.file])).toEqual([["LDP521", "a.yml"]]);
  });

  test("a folder without a bundle has none", () => {
    expect(readConfigFiles(bundle({ "config.yml": "" }))).toBeNull();
  });
});

describe("artifacts that a plan would build (LDP522)", () => {
  const builds = (files: Readonly<Record<string, string>>) => {
    const folder = bundle(files);
    const config = readConfigFiles(folder);
    return config
      ? artifactBuilds(config, "dev", folder).map((one) => [one.artifact, one.place.file, one.place.line])
      : null;
  };

  test.each([
    [
      "a build command",
      { "databricks.yml": "artifacts:\n  a: {build: make, files: [{source: x}]}\n" },
      [["a", "databricks.yml", 2]],
    ],
    ["a wheel", { "databricks.yml": "artifacts:\n  a: {type: whl}\n" }, [["a", "databricks.yml", 2]]],
    [
      "the target's",
      { "databricks.yml": "targets:\n  dev:\n    artifacts:\n      a: {build: make}\n" },
      [["a", "databricks.yml", 4]],
    ],
    [
      "an include's",
      { "databricks.yml": "include: [a.yml]\n", "a.yml": "artifacts: {a: {build: make}}\n" },
      [["a", "a.yml", 1]],
    ],
    [
      "a setup.py that the CLI finds by itself",
      { "databricks.yml": "resources: {jobs: {j: {tasks: [{libraries: [{whl: ./dist/*.whl}]}]}}}\n", "setup.py": "" },
      [["setup.py", "setup.py", 1]],
    ],
  ])("%s", (_what, files, expected) => {
    expect(builds(files)).toEqual(expected);
  });

  test.each([
    ["files that are there", { "databricks.yml": "artifacts:\n  a: {type: jar, files: [{source: a.jar}]}\n" }],
    ["another target's", { "databricks.yml": "targets:\n  prod:\n    artifacts:\n      a: {build: make}\n" }],
    ["a setup.py that no task uses", { "databricks.yml": "bundle: {name: a}\n", "setup.py": "" }],
  ])("passes %s", (_what, files) => {
    expect(builds(files)).toEqual([]);
  });
});

test.each([
  [{ GITHUB_EVENT_NAME: "pull_request" }, true],
  [{ GITHUB_EVENT_NAME: "pull_request_target" }, true],
  [{ GITHUB_EVENT_NAME: "workflow_run" }, true],
  [{ BUILD_REASON: "PullRequest" }, true],
  [{ CI_MERGE_REQUEST_IID: "7" }, true],
  [{ GITHUB_EVENT_NAME: "push" }, false],
  [{ BUILD_REASON: "IndividualCI" }, false],
  [{}, false],
])("a job with %j is for a pull request: %s", (env, expected) => {
  expect(isForPullRequest(env)).toBe(expected);
});
