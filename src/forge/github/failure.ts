import type { Code } from "../../diagnostics/catalogue.js";
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Answer } from "../forge.js";

/** What octokit throws. A broken connection has status 500 and no response. */
export interface RequestFailure extends Error {
  readonly status: number;
  readonly response?: { readonly headers: Readonly<Record<string, string | number | undefined>> };
}

export function isRequestError(error: unknown): error is RequestFailure {
  return error instanceof Error && "status" in error && typeof error.status === "number";
}

const attempts = 4;
/** Milliseconds: the longest that one wait may take. A primary rate limit resets on the hour; that is not waited for. */
const longestWait = 60_000;

/**
 * Milliseconds to wait before a request is tried again, null when it should not be.
 * @param attempt the number of attempts made
 * @param now milliseconds since 1970, for `x-ratelimit-reset`
 * @param random from 0 to 1
 * Source: docs.github.com, "Best practices for using the REST API" (retry-after, x-ratelimit-remaining, secondary limits).
 */
export function waitBeforeRetry(error: RequestFailure, attempt: number, now: number, random: number): number | null {
  if (attempt >= attempts) return null;
  const backoff = 1_000 * 3 ** (attempt - 1) * (0.75 + random / 2);
  if (error.status >= 500 && error.status !== 501) return backoff;
  if (!isRateLimit(error)) return null;
  const header = (name: string) => Number(error.response?.headers[name] ?? Number.NaN);
  const asked = header("retry-after") * 1_000;
  const reset = header("x-ratelimit-remaining") === 0 ? header("x-ratelimit-reset") * 1_000 - now : Number.NaN;
  const delay = Number.isFinite(asked) ? asked : Number.isFinite(reset) ? Math.max(reset, 0) + 1_000 : backoff * 5;
  return delay <= longestWait ? delay : null;
}

function isRateLimit(error: RequestFailure): boolean {
  if (error.status === 429) return true;
  if (error.status !== 403) return false;
  const headers = error.response?.headers ?? {};
  return (
    headers["retry-after"] !== undefined ||
    headers["x-ratelimit-remaining"] === "0" ||
    /rate limit/i.test(error.message)
  );
}

/** What a request needs, for the message when it is refused. */
export interface Need {
  /** As the end of "could not …": `comment on pull request 7`. */
  readonly to: string;
  /** As it is written under `permissions:`, such as `pull-requests: write`. */
  readonly permission: string;
}

/** Runs requests, and turns a refusal or failure of GitHub's into a finding. Anything else that is thrown is a bug, and passes. */
export async function attempt<T>(need: Need, run: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { ok: true, value: await run() };
  } catch (error) {
    const failure = isRequestError(error) ? error : refusedQuestion(error);
    if (failure === null) throw error;
    return { ok: false, finding: finding(failure, need) };
  }
}

/** A refusal of the GraphQL interface, which comes with the status 200, as REST would word it; null for any other error. */
function refusedQuestion(error: unknown): RequestFailure | null {
  if (!(error instanceof Error) || error.name !== "GraphqlResponseError" || !("errors" in error)) return null;
  const [first] = Array.isArray(error.errors) ? (error.errors as { type?: unknown; message?: unknown }[]) : [];
  const statuses: Readonly<Record<string, number>> = { FORBIDDEN: 403, NOT_FOUND: 404, RATE_LIMITED: 429 };
  const status = statuses[String(first?.type)] ?? 200;
  return Object.assign(new Error(String(first?.message ?? error.message)), { status });
}

function finding(error: RequestFailure, need: Need): Diagnostic {
  const said = error.message.split("\n")[0]?.replace(/ - https:\/\/docs\.github\.com\S*$/, "") ?? "";
  const could = `could not ${need.to}`;
  if (isRateLimit(error)) {
    return diagnostic(
      "LDP906",
      "error",
      `${could}: GitHub's rate limit is used up (${said})`,
      "Run the job again later.",
    );
  }
  switch (error.status) {
    case 401:
      return diagnostic(
        "LDP905",
        "warning",
        `${could}: GitHub does not accept the token (${said})`,
        "The input github-token is wrong or has expired; without it the job's own token is taken.",
      );
    case 403:
      if (/locked/i.test(said)) {
        return diagnostic("LDP908", "error", `${could}: ${said}`, "Unlock the conversation of the pull request.");
      }
      return diagnostic(
        "LDP905",
        "warning",
        `${could}: the token lacks the permission \`${need.permission}\` (${said})`,
        `Add \`${need.permission}\` under \`permissions:\` of the job. The token of a pull request from a fork, or of Dependabot's, may only read, whatever stands there.`,
      );
    case 404:
      return diagnostic(
        "LDP905",
        "warning",
        `${could}: GitHub does not find it, or the token may not see it (${said})`,
        `In a private repository this is how a missing \`${need.permission}\` under \`permissions:\` of the job shows.`,
      );
    default:
      return error.status >= 500
        ? diagnostic(
            "LDP906",
            "error",
            `${could}: ${said}`,
            "GitHub or the network failed several times; run the job again later.",
          )
        : diagnostic("LDP908", "error", `${could}: GitHub answered ${error.status} (${said})`);
  }
}

function diagnostic(code: Code, severity: Diagnostic["severity"], message: string, hint?: string): Diagnostic {
  return { code, severity, message, file: null, line: null, column: null, ...(hint ? { hint } : {}) };
}
