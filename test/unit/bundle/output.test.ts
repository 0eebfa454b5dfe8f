import { describe, expect, test } from "vitest";
import { cliEnvironment, secretValues } from "../../../src/bundle/environment.js";
import { cleanOutput, lastLines } from "../../../src/bundle/output.js";
import { compareVersions, readVersion, readWanted } from "../../../src/bundle/version.js";

describe("output of a tool", () => {
  test.each([
    ["a secret", "token dapi-1234 used", "token *** used"],
    ["a secret of JSON", 'x "quo\\"ted" y', 'x "***" y'],
    ["a secret of a URL", "?t=a%2Fb%3Dc", "?t=***"],
    ["a secret in base64", Buffer.from("dapi-1234").toString("base64"), "***"],
    ["one line of a secret of many", "line-two", "***"],
    ["colours", "\u001b[31mred\u001b[0m", "red"],
    ["control characters", "a\u0007b\u009bc", "a b c"],
    ["a workflow command", "before\n::set-output name=a::b\n  ::error::x\nafter", "before\nafter"],
    ["an old workflow command", "x ##[command]y", "x # #[command]y"],
    ["a command of Azure", "##vso[task.setvariable variable=a]b", "# #vso[task.setvariable variable=a]b"],
    ["Windows line ends", "a\r\nb\rc", "a\nb\nc"],
    ["what is harmless", "a::b\nfoo: ::bar", "a::b\nfoo: ::bar"],
  ])("%s", (_what, text, expected) => {
    expect(cleanOutput(text, ["dapi-1234", 'quo"ted', "a/b=c", "line-one\nline-two"])).toBe(expected);
  });

  test("a secret of three letters is not hunted for", () => {
    expect(cleanOutput("banana", ["an"])).toBe("banana");
  });

  test("its last lines are those that say something", () => {
    expect(lastLines("a\n\n b \n\n\nc\n", 2)).toEqual(["b", "c"]);
  });
});

describe("the CLI's environment", () => {
  const env = {
    PATH: "/bin",
    HOME: "/home/x",
    CI: "true",
    https_proxy: "http://proxy",
    DATABRICKS_HOST: "https://a",
    DATABRICKS_TOKEN: "token-value",
    DATABRICKS_BUNDLE_ENGINE: "direct",
    DATABRICKS_BUNDLE_INCLUDES: "/evil",
    DATABRICKS_BUNDLE_TARGET: "prod",
    DATABRICKS_BUNDLE_ROOT: "/elsewhere",
    DATABRICKS_OUTPUT_FORMAT: "json",
    DATABRICKS_LOG_FILE: "stderr",
    DATABRICKS_CLUSTER_ID: "1",
    BUNDLE_VAR_catalog: "main",
    ARM_CLIENT_SECRET: "arm-value",
    GITHUB_TOKEN: "ghs",
    "INPUT_GITHUB-TOKEN": "ghs",
    GITHUB_ENV: "/runner/env",
    GITHUB_OUTPUT: "/runner/output",
    ACTIONS_RUNTIME_TOKEN: "runtime",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "id",
    AWS_SECRET_ACCESS_KEY: "aws",
    NODE_OPTIONS: "--require /evil",
    LD_PRELOAD: "/evil.so",
    EMPTY: "",
    UV_INDEX_URL: "https://index",
  };

  test("has what logs in and finds programs, and nothing of the forge", () => {
    expect(Object.keys(cliEnvironment(env, true)).sort()).toEqual([
      "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
      "ARM_CLIENT_SECRET",
      "BUNDLE_VAR_catalog",
      "CI",
      "DATABRICKS_BUNDLE_ENGINE",
      "DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION",
      "DATABRICKS_CLI_UPSTREAM",
      "DATABRICKS_CONFIG_FILE",
      "DATABRICKS_HOST",
      "DATABRICKS_TOKEN",
      "HOME",
      "NO_COLOR",
      "PATH",
      "https_proxy",
    ]);
  });

  test("lets the builds of a deploy reach their index, and restricts nothing", () => {
    const made = cliEnvironment(env, false);
    expect(made.UV_INDEX_URL).toBe("https://index");
    expect(made.DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION).toBeUndefined();
  });

  test("leaves the profiles of a laptop alone", () => {
    expect(cliEnvironment({ HOME: "/home/x" }, false).DATABRICKS_CONFIG_FILE).toBeUndefined();
  });

  test("knows which values are secrets", () => {
    const custom = { DATABRICKS_OIDC_TOKEN_ENV: "MY_TOKEN", MY_TOKEN: "mine" };
    expect(secretValues({ ...env, ...custom }).sort()).toEqual([
      "arm-value",
      "ghs",
      "ghs",
      "id",
      "mine",
      "token-value",
    ]);
  });
});

describe("versions", () => {
  test.each([
    [null, "1.13.0", true],
    [null, "1.12.9", false],
    [null, "2.0.0", true],
    ["1.13.0", "1.13.0", true],
    ["v1.13.0", "1.13.1", false],
    ["1.13", "1.13.7", true],
    ["1.13.x", "1.14.0", false],
    ["1", "1.2.3", true],
    [">=1.5", "1.4.9", false],
    [">=1.5", "1.22.0", true],
  ])("%j is satisfied by %s: %s", (wanted, version, expected) => {
    expect(readWanted(wanted)?.allows(readVersion(version) ?? [0, 0, 0])).toBe(expected);
  });

  test.each(["latest", "1.x.3", "", "^1.0", "1.2.3.4"])("%j is no version", (text) => {
    expect(readWanted(text)).toBeNull();
  });

  test("are compared as numbers", () => {
    expect(compareVersions([1, 9, 0], [1, 13, 0])).toBeLessThan(0);
  });
});
