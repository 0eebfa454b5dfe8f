import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { CliResult } from "./cli.js";
import { bundleFindings, parseCliDiagnostics } from "./diagnostics.js";
import { lastLines } from "./output.js";
import type { Session, Stopped } from "./session.js";
import { stopped } from "./session.js";

/**
 * What a failed `bundle validate` or `bundle plan` means: one clear error for the failures that are known, else the CLI's own
 * diagnostics, else its last lines.
 */
export function readFailure(step: string, result: CliResult, session: Session): Stopped {
  const { environment, target } = session.options;
  const one = (status: Stopped["status"], diagnostic: Diagnostic) => stopped(status, diagnostic.message, [diagnostic]);
  const host = session.credentials.host || "the workspace";
  const last = lastLines(result.stderr, 3).join(" | ");

  if (result.cancelled)
    return one("failed", finding("LDP532", `${environment}: cancelled during ${step}; nothing was changed`, null));
  if (result.timedOut) {
    const unreachable = /failed to fetch host metadata|connection refused|no such host|i\/o timeout/i.test(
      result.stderr,
    );
    const seconds = Math.round(result.milliseconds / 1000);
    return one(
      "failed",
      finding(
        "LDP505",
        `${environment}: ${step} did not end within ${seconds} s and was stopped${last === "" ? "" : `: ${last}`}`,
        null,
        {
          hint: unreachable
            ? `${host} can't be reached from here: check DATABRICKS_HOST, the network and the proxy.`
            : "The CLI tries for many minutes where a workspace does not answer or is busy. Look at its status page and at the network.",
        },
      ),
    );
  }
  const errors = parseCliDiagnostics(result.stderr).filter((diagnostic) => diagnostic.severity === "Error");
  // What the SDK adds of its configuration says nothing that is not known, at length.
  const summary = (errors[0]?.summary ?? last).replace(/\.? (Config|Env): .*$/, "").slice(0, 400);

  if (/running (scripts|python code) is not allowed|Python code is not allowed/i.test(result.stderr)) {
    return one(
      "skipped",
      finding(
        "LDP523",
        `${environment}: not planned, since the bundle runs scripts or Python of the pull request`,
        null,
        {
          hint: "`experimental.scripts` and `python` of databricks.yml are run at deploy only; move what they make into YAML to have it planned.",
        },
      ),
    );
  }
  if (
    /\((401|403) |HTTP Status: (401|403)|invalid access token|cannot configure default credentials|invalid_client|unauthenticated/i.test(
      result.stderr,
    )
  ) {
    return one(
      "failed",
      finding(
        "LDP513",
        isKnown(result.stderr)
          ? `${environment}: ${host} does not allow this to ${session.credentials.client ?? "the identity"}: ${summary}`
          : `${environment}: ${host} refuses the login by ${session.credentials.method}${as(session)}: ${summary}`,
        null,
        {
          hint: permission(session, result.stderr),
        },
      ),
    );
  }
  if (/lineage mismatch|lineage .* does not match/i.test(result.stderr)) {
    return one(
      "failed",
      finding(
        "LDP527",
        `${environment}: the folder .databricks holds the state of another deployment: ${summary}`,
        null,
        {
          hint: "Remove the folder .databricks, and keep it out of git and of caches.",
        },
      ),
    );
  }
  const own = bundleFindings(result.stderr);
  if (own.some((diagnostic) => diagnostic.severity === "error")) {
    return stopped("failed", `${step} failed: ${summary}`, own);
  }
  return one(
    "failed",
    finding(
      "LDP504",
      `${environment}: ${step} of target ${target} failed with status ${result.code}${last === "" ? "" : `: ${last}`}`,
      null,
    ),
  );
}

function as(session: Session): string {
  return session.credentials.client === null ? "" : ` as ${session.credentials.client}`;
}

/** Whether who logged in is known, and only lacks a right. */
function isKnown(stderr: string): boolean {
  return /PERMISSION_DENIED/.test(stderr) && !/invalid access token/i.test(stderr);
}

/** What to do about a refusal: a known identity that lacks a right is no matter of its login. */
function permission(session: Session, stderr: string): string {
  if (/does not have Manage permissions/i.test(stderr)) {
    return "Who has which right is shown only to who may change it. Where plans are made by an identity that may only read, take `permissions` out of the bundle and set the rights once, beside it (docs/deployment.md, Rights on what was deployed).";
  }
  if (isKnown(stderr)) {
    return "Give the identity access to the bundle's root_path and its resources; `ldp doctor` shows who it is.";
  }
  return session.credentials.method.startsWith("github-oidc")
    ? "Check that a federation policy of the service principal names this repository and environment (subject `repo:ORG/REPO:environment:NAME`), and that it may use the workspace."
    : "Check that the token or secret is current and belongs to this workspace; `ldp doctor` shows what is used.";
}
