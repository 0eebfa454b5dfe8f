import { describe, expect, test } from "vitest";
import { normalHost, readCredentials } from "../../../src/bundle/auth.js";

const host = { DATABRICKS_HOST: "https://Workspace.example.com/" };
const job = { ACTIONS_ID_TOKEN_REQUEST_URL: "https://token", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t" };

describe("credentials that are there", () => {
  test.each([
    ["pat", { DATABRICKS_TOKEN: "t" }, null],
    ["oauth-m2m", { DATABRICKS_CLIENT_ID: "c", DATABRICKS_CLIENT_SECRET: "s" }, "c"],
    ["github-oidc", { DATABRICKS_AUTH_TYPE: "github-oidc", DATABRICKS_CLIENT_ID: "c", ...job }, "c"],
    ["github-oidc", { DATABRICKS_CLIENT_ID: "c", ...job }, "c"],
    ["azure-client-secret", { ARM_CLIENT_ID: "c", ARM_CLIENT_SECRET: "s", ARM_TENANT_ID: "t" }, "c"],
    ["github-oidc-azure", { ARM_CLIENT_ID: "c", ARM_TENANT_ID: "t", ...job }, "c"],
    ["azure-cli", { DATABRICKS_AUTH_TYPE: "azure-cli" }, null],
    ["azure-msi", { ARM_USE_MSI: "true" }, null],
    ["pat", { DATABRICKS_AUTH_TYPE: "pat", DATABRICKS_TOKEN: "t", DATABRICKS_CLIENT_SECRET: "s" }, null],
  ])("%s", (method, env, client) => {
    expect(readCredentials({ ...host, ...env })).toEqual({
      status: "present",
      method,
      host: "https://workspace.example.com",
      client,
    });
  });

  test("a profile of the user's own", () => {
    expect(readCredentials({ DATABRICKS_CONFIG_PROFILE: "dev" })).toMatchObject({
      status: "present",
      method: "profile dev",
    });
  });
});

describe("credentials that are missing or contradict each other", () => {
  test.each([
    ["nothing", {}, "absent", "LDP510", "no Databricks credentials are set"],
    [
      "empty secrets",
      { ...host, DATABRICKS_TOKEN: "", DATABRICKS_CLIENT_ID: " " },
      "absent",
      "LDP510",
      "only DATABRICKS_HOST is set",
    ],
    [
      "a token without a host",
      { DATABRICKS_TOKEN: "t" },
      "absent",
      "LDP510",
      "DATABRICKS_HOST is not set, which pat needs",
    ],
    [
      "a secret without its client",
      { ...host, DATABRICKS_CLIENT_SECRET: "s" },
      "absent",
      "LDP510",
      "DATABRICKS_CLIENT_ID is not set, which oauth-m2m needs",
    ],
    [
      "a client without a secret",
      { ...host, DATABRICKS_CLIENT_ID: "c" },
      "absent",
      "LDP510",
      "DATABRICKS_CLIENT_SECRET is not set",
    ],
    [
      "OIDC without a client",
      { ...host, DATABRICKS_AUTH_TYPE: "github-oidc", ...job },
      "absent",
      "LDP510",
      "DATABRICKS_CLIENT_ID is not set",
    ],
    [
      "OIDC without the permission",
      { ...host, DATABRICKS_AUTH_TYPE: "github-oidc", DATABRICKS_CLIENT_ID: "c" },
      "absent",
      "LDP512",
      "identity token",
    ],
    [
      "an Azure client without a tenant",
      { ...host, ARM_CLIENT_ID: "c", ARM_CLIENT_SECRET: "s" },
      "absent",
      "LDP510",
      "ARM_TENANT_ID is not set",
    ],
    [
      "two ways",
      { ...host, DATABRICKS_TOKEN: "t", DATABRICKS_CLIENT_SECRET: "s", DATABRICKS_CLIENT_ID: "c" },
      "wrong",
      "LDP511",
      "DATABRICKS_TOKEN and DATABRICKS_CLIENT_SECRET are both set",
    ],
    ["a way that is none", { ...host, DATABRICKS_AUTH_TYPE: "githuboidc" }, "wrong", "LDP511", "no way to log in"],
    [
      "a host that is none",
      { DATABRICKS_HOST: "http://workspace.example.com", DATABRICKS_TOKEN: "t" },
      "wrong",
      "LDP511",
      "not the address of a workspace",
    ],
  ])("%s", (_what, env, status, code, message) => {
    const found = readCredentials(env);
    if (found.status === "present") throw new Error("it was taken");
    expect([found.status, found.finding.code]).toEqual([status, code]);
    expect(found.finding.message).toContain(message);
    expect(found.finding.hint).toBeTruthy();
  });

  test("no message holds a secret", () => {
    const env = { ...host, DATABRICKS_TOKEN: "dapi-secret-1", DATABRICKS_CLIENT_SECRET: "dose-secret-2" };
    expect(JSON.stringify(readCredentials(env))).not.toMatch(/secret-\d/);
  });
});

test.each([
  ["https://a.example.com", "https://a.example.com"],
  ["a.example.com/", "https://a.example.com"],
  ["HTTPS://A.example.com/?o=1#x", "https://a.example.com"],
  ["http://127.0.0.1:80", "http://127.0.0.1"],
  ["http://a.example.com", null],
  ["https://user:pass@a.example.com", null],
  ["", null],
  ["https://", null],
])("the host %j is %j", (text, expected) => {
  expect(normalHost(text)).toBe(expected);
});
