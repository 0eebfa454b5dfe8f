import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { normalHost } from "./auth.js";
import { type ConfigFile, type ConfigFiles, type ConfigMap, map, targets } from "./config-files.js";

// Each of them lets the CLI send the credentials to another place than DATABRICKS_HOST.
const redirecting = ["profile", "metadata_service_url", "azure_workspace_resource_id", "azure_environment"];
// And these let it log in as somebody else, which a pull request must not choose.
const impersonating = [
  ...["auth_type", "client_id", "google_service_account", "azure_client_id", "azure_tenant_id", "azure_use_msi"],
  ...["azure_login_app_id", "account_id", "experimental_is_unified_host"],
];

/**
 * What in the bundle's files would send the credentials anywhere but to DATABRICKS_HOST (LDP520): a host of the top level or of
 * the target that is used, in databricks.yml or an include, and the settings that lead to one. Nothing may be asked of the CLI
 * before this is empty: it sends the token to whatever host the files name.
 * @param trusted false: the settings that choose an identity are refused too
 * @param host DATABRICKS_HOST in normal form; empty where a profile of the user's own names it
 */
export function checkHosts(config: ConfigFiles, target: string, host: string, trusted: boolean): Diagnostic[] {
  const refused = trusted ? redirecting : [...redirecting, ...impersonating];
  return config.files.flatMap((file) => [
    ...checkWorkspace(file, ["workspace"], map(file.value.workspace), host, refused),
    ...targets(file)
      .filter(([, name]) => name === target)
      .flatMap(([section, name, value]) =>
        checkWorkspace(file, [section, name, "workspace"], map(value.workspace), host, refused),
      ),
  ]);
}

function checkWorkspace(
  file: ConfigFile,
  path: readonly string[],
  workspace: ConfigMap,
  host: string,
  refused: readonly string[],
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const named = workspace.host;
  if (named !== undefined && named !== null && named !== "") {
    const text = String(named);
    if (host === "" || normalHost(text) !== host) {
      found.push(
        finding(
          "LDP520",
          `the bundle names the host ${JSON.stringify(text)}, and DATABRICKS_HOST is ${host === "" ? "not set" : host}: nothing was sent to either`,
          file.place([...path, "host"]),
          {
            hint: "Remove `host` from the bundle and let DATABRICKS_HOST name it, or set DATABRICKS_HOST to the same workspace.",
          },
        ),
      );
    }
  }
  for (const key of refused) {
    if (workspace[key] === undefined || workspace[key] === null) continue;
    found.push(
      finding(
        "LDP520",
        `\`${path.join(".")}.${key}\` may lead the CLI to another workspace or identity than the job's`,
        file.place([...path, key]),
        { hint: `Remove \`${key}\`; the environment's variables say where and as whom to log in.` },
      ),
    );
  }
  return found;
}
