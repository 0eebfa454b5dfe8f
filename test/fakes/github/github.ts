import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { commentHandlers } from "./comments.ts";
import { deploymentHandlers } from "./deployments.ts";
import { type Fault, Faults } from "./faults.ts";
import { gitStore } from "./git.ts";
import { graphql } from "./graphql.ts";
import { notFound, Refusal, type Reply } from "./http.ts";
import { pullHandlers } from "./pulls.ts";
import { repositoryHandlers } from "./repository.ts";
import { operations } from "./schema.ts";
import { newState, type State } from "./state.ts";
import { acceptedHeader, type Caller, jobToken, mustHave, type TokenGrant } from "./tokens.ts";

export const defaultToken = "ghs_fakeTokenOfTheJob";

export interface GitHubOptions {
  /** Default: a free one. */
  readonly port?: number;
  readonly owner?: string;
  readonly name?: string;
  readonly defaultBranch?: string;
  /** The folder of the git repository behind it. */
  readonly repository?: string;
  /** Default: `defaultToken`, which may do what the action needs. */
  readonly tokens?: Readonly<Record<string, TokenGrant>>;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

export interface GitHub {
  readonly url: string;
  readonly state: State;
  /** Requests in their order, with what they were answered. */
  readonly seen: readonly Seen[];
  readonly faults: Faults;
  addFault(fault: Fault): void;
  close(): Promise<void>;
}

/**
 * GitHub's interface on loopback, for one private repository, as far as the action asks for it. It is strict where the real one
 * is: permissions of tokens, pages, lengths, request bodies and its own answers by GitHub's OpenAPI description.
 */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHub> {
  const state = newState(options.owner ?? "acme", options.name ?? "shop", options.defaultBranch ?? "main");
  if (options.repository !== undefined) state.git = gitStore(options.repository);
  const tokens = new Map(Object.entries(options.tokens ?? { [defaultToken]: jobToken }));
  const faults = new Faults();
  const seen: Seen[] = [];
  let url = "";
  const base = () => url;
  const handlers = {
    ...commentHandlers(state, base),
    ...pullHandlers(state, base),
    ...deploymentHandlers(state, base),
    ...repositoryHandlers(state, base),
  };

  const answer = (method: string, location: URL, headers: IncomingMessage["headers"], text: string): Reply => {
    if (!headers["user-agent"]) throw new Refusal(403, "Request forbidden by administrative rules.");
    const caller = callerOf(tokens, headers.authorization);
    if (method === "POST" && location.pathname === "/graphql") return graphql(state, caller, parsed(text));
    for (const operation of operations) {
      const match = operation.method === method ? operation.pattern.exec(location.pathname) : null;
      const handler = handlers[operation.name];
      if (!match || !handler) continue;
      const parts = Object.fromEntries(
        operation.names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? "")]),
      );
      const { owner, repo } = parts;
      const elsewhere =
        owner?.toLowerCase() !== state.owner.toLowerCase() || repo?.toLowerCase() !== state.name.toLowerCase();
      if (owner !== undefined && elsewhere) throw notFound();
      const body = method === "GET" || method === "DELETE" ? {} : parsed(text);
      mustHaveOr(caller, handler.need);
      operation.checkRequest(parts, location.searchParams, body);
      const path = location.pathname;
      const reply = handler.handle({ method, path, parts, query: location.searchParams, headers, body, caller });
      operation.checkAnswer(reply.status, reply.body);
      return { ...reply, headers: { ...acceptedHeader(handler.need), ...reply.headers } };
    }
    throw notFound();
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const method = incoming.method ?? "GET";
    const location = new URL(incoming.url ?? "/", url);
    const text = await read(incoming);
    const fault = faults.next(method, location.pathname);
    if (fault?.kind === "reset") {
      seen.push({ method, path: location.pathname + location.search, status: 0, body: text });
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === "slow") await sleep(fault.delay ?? 200);
    const reply = (fault && faultReply(fault)) ?? settled(() => answer(method, location, incoming.headers, text));
    seen.push({ method, path: location.pathname + location.search, status: reply.status, body: text });
    if (fault?.kind === "lose-answer") incoming.socket.resetAndDestroy();
    else send(outgoing, reply);
  };

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      send(outgoing, { status: 500, body: { message: error instanceof Error ? (error.stack ?? "") : String(error) } });
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    state,
    seen,
    faults,
    addFault: (fault) => faults.add(fault),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function callerOf(tokens: ReadonlyMap<string, TokenGrant>, header: string | undefined): Caller {
  const [, token] = /^(?:token|bearer) (\S+)$/i.exec(header ?? "") ?? [];
  if (token === undefined) throw new Refusal(401, "Requires authentication");
  const caller = tokens.get(token);
  if (!caller) throw new Refusal(401, "Bad credentials");
  return caller;
}

function mustHaveOr(caller: Caller, need: Parameters<typeof mustHave>[1]): void {
  try {
    mustHave(caller, need);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw Object.assign(error, { reply: { ...error.reply, headers: acceptedHeader(need) } });
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    throw new Refusal(400, "Problems parsing JSON");
  }
  throw new Refusal(400, "Body should be a JSON object");
}

function settled(run: () => Reply): Reply {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

function faultReply(fault: Fault): Reply | null {
  const after = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
  switch (fault.kind) {
    case "status":
      return { status: fault.status ?? 502, body: { message: "Server Error" }, headers: after };
    case "secondary-limit": {
      const message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
      return { status: 403, body: { message }, headers: after };
    }
    case "rate-limit":
      return {
        status: 403,
        body: { message: "API rate limit exceeded for installation ID 1." },
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "4102444800", ...after },
      };
    case "html":
      return { status: 200, body: "<html>Sign in to the proxy</html>", headers: { "content-type": "text/html" } };
    default:
      return null;
  }
}

function send(outgoing: ServerResponse, { status, body, headers }: Reply): void {
  outgoing.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  outgoing.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
}

async function read(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
