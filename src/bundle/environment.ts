import { devNull } from "node:os";

/** Variables of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

const plain = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "SHELL", "TMPDIR", "TMP", "TEMP", "RUNNER_TEMP", "RUNNER_OS"],
  ...["SYSTEMROOT", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA"],
  ...["PROGRAMFILES", "HOMEDRIVE", "HOMEPATH", "SYSTEMDRIVE", "PROCESSOR_ARCHITECTURE", "NUMBER_OF_PROCESSORS"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"],
  // The CLI says in its user agent where it runs.
  ...["CI", "GITHUB_ACTIONS", "TF_BUILD"],
]);

// Those of Databricks that would change what is planned, where it is written, or how the output reads.
const refused =
  /^DATABRICKS_(BUNDLE_(?!ENGINE$|HTTP_TIMEOUT_SECONDS$|RETRY_INTERVAL_MS$|RESOURCE_MAX_WAIT$)|OUTPUT_FORMAT|LOG_|CLUSTER_ID$|CLI_PATH$|USER_AGENT)/;

/**
 * The environment of the CLI, made from scratch: the system's variables, the proxy's, those that log in to Databricks and its
 * clouds, and the bundle's own (`BUNDLE_VAR_*`). Never the forge's tokens, the action's inputs, or the files through which a
 * step speaks to its runner.
 * @param restricted whether scripts and Python of the bundle are refused
 */
export function cliEnvironment(env: Variables, restricted: boolean): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === "") continue;
    const upper = name.toUpperCase();
    const login = /^(DATABRICKS|ARM|GOOGLE)_|^ACTIONS_ID_TOKEN_REQUEST_|^SYSTEM_(ACCESSTOKEN|OIDCREQUESTURI)$/.test(
      upper,
    );
    const build = /^(PIP|UV)_/.test(upper) && !restricted;
    if (plain.has(upper) || upper.startsWith("LC_") || upper.startsWith("BUNDLE_VAR_") || build || login) {
      if (!refused.test(upper)) result[name] = value;
    }
  }
  // On a runner only variables log in: a profile that happens to lie on the machine is not what the workflow says.
  if (onRunner(env) && !result.DATABRICKS_CONFIG_PROFILE && !result.DATABRICKS_CONFIG_FILE) {
    result.DATABRICKS_CONFIG_FILE = devNull;
  }
  return {
    ...result,
    NO_COLOR: "1",
    DATABRICKS_CLI_UPSTREAM: "ldp-action",
    ...(restricted ? { DATABRICKS_BUNDLE_RESTRICTED_CODE_EXECUTION: "1" } : {}),
  };
}

/** Whether a workflow started this, of GitHub, Azure or another. */
export function onRunner(env: Variables): boolean {
  return Boolean(env.CI || env.GITHUB_ACTIONS || env.TF_BUILD);
}

/**
 * Whether a job looks at what somebody asks to have merged, which may be anyone's. Of GitHub every event that a pull request or a comment
 * causes, of others what they set for a pull or merge request alone.
 */
export function isForPullRequest(env: Variables): boolean {
  return (
    env.BUILD_REASON === "PullRequest" ||
    /^(pull_request|issue_comment$|workflow_run$|merge_group$)/.test(env.GITHUB_EVENT_NAME ?? "") ||
    Boolean(
      env.CI_MERGE_REQUEST_IID || env.BITBUCKET_PR_ID || env.CIRCLE_PULL_REQUEST || (env.JENKINS_URL && env.CHANGE_ID),
    )
  );
}

const secretNames =
  /^(DATABRICKS_(TOKEN|PASSWORD|CLIENT_SECRET|OIDC_TOKEN|REFRESH_TOKEN)|ARM_CLIENT_SECRET|ARM_ACCESS_KEY|GOOGLE_CREDENTIALS|ACTIONS_ID_TOKEN_REQUEST_TOKEN|SYSTEM_ACCESSTOKEN|GITHUB_TOKEN|GH_TOKEN|INPUT_GITHUB-TOKEN)$/i;

/** The values of all variables that are secrets: what is to be masked wherever text is shown. */
export function secretValues(env: Variables): string[] {
  const own = env.DATABRICKS_OIDC_TOKEN_ENV;
  return Object.entries(env)
    .filter(([name, value]) => value && (secretNames.test(name) || name === own))
    .map(([, value]) => value ?? "");
}
