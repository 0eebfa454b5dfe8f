import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearest } from "../diagnostics/nearest.js";
import type { Variables } from "./environment.js";

/**
 * How the CLI would log in, as the variables say: `present` with the method and the host; `absent` where nothing is set, or
 * where only a fork's missing secrets and token keep a method from working; `wrong` for combinations that can never work.
 */
export type Credentials =
  | { readonly status: "present"; readonly method: string; readonly host: string; readonly client: string | null }
  | { readonly status: "absent" | "wrong"; readonly finding: Diagnostic };

interface Method {
  readonly name: string;
  /** What each method needs besides the host. */
  readonly needs: readonly string[];
  readonly client?: string;
}

const methods: readonly Method[] = [
  { name: "pat", needs: ["DATABRICKS_TOKEN"] },
  { name: "oauth-m2m", needs: ["DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET"], client: "DATABRICKS_CLIENT_ID" },
  { name: "github-oidc", needs: ["DATABRICKS_CLIENT_ID"], client: "DATABRICKS_CLIENT_ID" },
  { name: "azure-devops-oidc", needs: ["DATABRICKS_CLIENT_ID", "SYSTEM_ACCESSTOKEN"], client: "DATABRICKS_CLIENT_ID" },
  { name: "env-oidc", needs: ["DATABRICKS_CLIENT_ID", "DATABRICKS_OIDC_TOKEN"], client: "DATABRICKS_CLIENT_ID" },
  {
    name: "file-oidc",
    needs: ["DATABRICKS_CLIENT_ID", "DATABRICKS_OIDC_TOKEN_FILEPATH"],
    client: "DATABRICKS_CLIENT_ID",
  },
  {
    name: "azure-client-secret",
    needs: ["ARM_CLIENT_ID", "ARM_CLIENT_SECRET", "ARM_TENANT_ID"],
    client: "ARM_CLIENT_ID",
  },
  { name: "github-oidc-azure", needs: ["ARM_CLIENT_ID", "ARM_TENANT_ID"], client: "ARM_CLIENT_ID" },
  { name: "azure-cli", needs: [] },
  { name: "azure-msi", needs: [] },
  { name: "databricks-cli", needs: [] },
  { name: "basic", needs: ["DATABRICKS_USERNAME", "DATABRICKS_PASSWORD"] },
];

const idToken = "ACTIONS_ID_TOKEN_REQUEST_URL";
const setup =
  "Set DATABRICKS_HOST, and for OIDC DATABRICKS_AUTH_TYPE=github-oidc with DATABRICKS_CLIENT_ID and `permissions: id-token: write`, or DATABRICKS_CLIENT_ID with DATABRICKS_CLIENT_SECRET, or DATABRICKS_TOKEN.";

/**
 * Reads the credentials of the environment, before any program runs. An empty variable counts as not set, since that is what a
 * secret that does not exist becomes.
 * The rules are those of the Databricks SDK's unified authentication.
 */
export function readCredentials(env: Variables): Credentials {
  const set = (name: string) => (env[name] ?? "").trim() !== "";
  const value = (name: string) => (env[name] ?? "").trim();
  const wrong = (code: "LDP510" | "LDP511" | "LDP512", message: string, hint: string): Credentials => ({
    status: "wrong",
    finding: finding(code, message, null, { hint }),
  });
  const absent = (code: "LDP510" | "LDP512", message: string, hint: string): Credentials => ({
    status: "absent",
    finding: finding(code, message, null, { hint }),
  });

  if (set("DATABRICKS_CONFIG_PROFILE") && !set("DATABRICKS_TOKEN") && !set("DATABRICKS_CLIENT_ID")) {
    const profile = value("DATABRICKS_CONFIG_PROFILE");
    return {
      status: "present",
      method: `profile ${profile}`,
      host: normalHost(value("DATABRICKS_HOST")) ?? "",
      client: null,
    };
  }

  const type = value("DATABRICKS_AUTH_TYPE");
  const method = type === "" ? inferred(set) : (methods.find((one) => one.name === type) ?? null);
  if (type !== "" && method === null) {
    const names = methods.map((one) => one.name);
    return wrong(
      "LDP511",
      `DATABRICKS_AUTH_TYPE is ${JSON.stringify(type)}, which is no way to log in`,
      nearest(type, names) ?? `One of ${names.join(", ")}.`,
    );
  }
  if (type === "") {
    const both = contradiction(set);
    if (both) return wrong("LDP511", both.message, both.hint);
  }
  if (method === null) {
    return absent(
      "LDP510",
      set("DATABRICKS_HOST")
        ? "only DATABRICKS_HOST is set; DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID with OIDC or a secret, is missing"
        : "no Databricks credentials are set",
      setup,
    );
  }

  const missing = [
    ...(set("DATABRICKS_HOST") ? [] : ["DATABRICKS_HOST"]),
    ...method.needs.filter((name) => !set(name)),
  ];
  if (missing.length > 0) {
    return absent(
      "LDP510",
      `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} not set, which ${method.name} needs`,
      `Set ${missing.join(" and ")} as ${missing.length > 1 ? "variables" : "a variable"} of the job, from the environment's secrets and variables.`,
    );
  }
  if (method.name.startsWith("github-oidc") && !(set(idToken) && set("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))) {
    return absent(
      "LDP512",
      `${method.name} needs an identity token of GitHub, and this job may not ask for one`,
      "Add `permissions: id-token: write` (with `contents: read`) to the job. A fork's pull request never has it.",
    );
  }
  const host = normalHost(value("DATABRICKS_HOST"));
  if (host === null) {
    return wrong(
      "LDP511",
      `DATABRICKS_HOST is ${JSON.stringify(value("DATABRICKS_HOST"))}, which is not the address of a workspace`,
      "Give the address alone, such as https://adb-1234567890123456.7.azuredatabricks.net; http is for loopback only.",
    );
  }
  return { status: "present", method: method.name, host, client: method.client ? value(method.client) : null };
}

/** The address of a workspace in one form: `https://host`, lower case, nothing after it; null where it is none. */
export function normalHost(text: string): string | null {
  const given = text.trim();
  if (given === "") return null;
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`);
    const loopback = ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname);
    if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback)) return null;
    return url.username || url.password ? null : `${url.protocol}//${url.host}`;
  } catch {
    return null;
  }
}

function inferred(set: (name: string) => boolean): Method | null {
  const named = (name: string) => methods.find((one) => one.name === name) ?? null;
  if (set("DATABRICKS_TOKEN")) return named("pat");
  if (set("DATABRICKS_CLIENT_SECRET")) return named("oauth-m2m");
  if (set("DATABRICKS_CLIENT_ID")) return named(set(idToken) ? "github-oidc" : "oauth-m2m");
  if (set("ARM_CLIENT_SECRET")) return named("azure-client-secret");
  if (set("ARM_CLIENT_ID")) return named(set(idToken) ? "github-oidc-azure" : "azure-client-secret");
  if (set("ARM_USE_MSI")) return named("azure-msi");
  return null;
}

function contradiction(set: (name: string) => boolean): { message: string; hint: string } | null {
  const ways = [
    set("DATABRICKS_TOKEN") ? "DATABRICKS_TOKEN" : null,
    set("DATABRICKS_CLIENT_SECRET") ? "DATABRICKS_CLIENT_SECRET" : null,
    set("DATABRICKS_PASSWORD") ? "DATABRICKS_PASSWORD" : null,
    set("ARM_CLIENT_SECRET") ? "ARM_CLIENT_SECRET" : null,
  ].filter((way) => way !== null);
  if (ways.length < 2) return null;
  return {
    message: `${ways.join(" and ")} are both set: the CLI refuses more than one way to log in`,
    hint: "Leave one, or choose with DATABRICKS_AUTH_TYPE (pat, oauth-m2m, github-oidc, azure-client-secret …).",
  };
}
