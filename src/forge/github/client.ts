import type { getOctokit } from "@actions/github";
import { isRequestError, type RequestFailure, waitBeforeRetry } from "./failure.js";

export type Client = ReturnType<typeof getOctokit>;

export interface ClientOptions {
  readonly token: string;
  /** GITHUB_API_URL. */
  readonly apiUrl: string;
  /** Called once for each request that will be tried again. */
  readonly onRetry?: (message: string) => void;
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** From 0 to 1: spreads the retries of many jobs. */
  readonly random?: () => number;
}

/** Milliseconds for one attempt, its body included. */
const attemptTimeout = 30_000;

/**
 * The one client for GitHub's REST and GraphQL interfaces. A request is tried up to four times when the connection breaks, the
 * server fails (5xx) or a rate limit asks to wait for a bearable time; every wait is bounded. Other refusals come back at once.
 */
export async function createClient(options: ClientOptions): Promise<Client> {
  const { sleep = wait, now = Date.now, random = Math.random } = options;
  // Loaded when it is needed: the package reads the event's file as it is loaded, and takes a third of the start.
  const { getOctokit } = await import(/* webpackMode: "eager" */ "@actions/github");
  const client = getOctokit(options.token, {
    baseUrl: options.apiUrl.replace(/\/+$/, ""),
    userAgent: "ldp-action",
    // Octokit's own warnings would go to the log as they are, with text of the server.
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  client.hook.wrap("request", async (request, parameters) => {
    for (let attempt = 1; ; attempt += 1) {
      const signal = AbortSignal.timeout(attemptTimeout);
      try {
        const response = await request({ ...parameters, request: { ...parameters.request, signal } });
        if (response.status !== 204 && typeof response.data === "string") throw notJson(response.url);
        return response;
      } catch (error) {
        const delay = isRequestError(error) ? waitBeforeRetry(error, attempt, now(), random()) : null;
        if (delay === null) throw error;
        options.onRetry?.(
          `${parameters.method} ${parameters.url}: ${(error as Error).message}; trying again in ${Math.ceil(delay / 1000)} s`,
        );
        await sleep(delay);
      }
    }
  });
  return client;
}

/** A proxy's page, or an answer that broke off in the middle. */
function notJson(url: string): RequestFailure {
  return Object.assign(new Error(`the answer of ${new URL(url).host} is not JSON, or broke off`), { status: 502 });
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
