import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CatalogTables, catalogRoutes, newCatalog } from "./catalog.ts";
import { type Fault, Faults } from "./faults.ts";
import { type FileTable, fileRoutes, newFiles, putFile } from "./files.ts";
import { type Reply, type Route, refuse, type WorkspaceRequest } from "./http.ts";
import {
  githubIdToken,
  type IdentityTables,
  identify,
  issueToken,
  type PlainReply,
  type Principal,
} from "./identity.ts";
import { type JobTables, jobRoutes, newJobs } from "./jobs.ts";
import { writeJson } from "./json.ts";
import { type AccessLists, permissionRoutes } from "./permissions.ts";
import { newPipelines, type PipelineTables, pipelineRoutes } from "./pipelines.ts";

export interface WorkspaceOptions {
  /** 0, the default: any free port. */
  readonly port?: number;
  /** Tokens with their user; a `readOnly` user may change nothing. */
  readonly users?: readonly {
    readonly token: string;
    readonly userName: string;
    readonly readOnly?: boolean;
    readonly groups?: readonly string[];
  }[];
  readonly principals?: readonly Principal[];
  /** The job that GitHub's identity service issues tokens to. */
  readonly github?: { readonly requestToken: string; readonly subject: string };
}

/** One request as it came, for asserting on what was, and was not, asked for. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly body: string;
  readonly userAgent: string;
}

export interface Workspace {
  readonly url: string;
  /** What to set as ACTIONS_ID_TOKEN_REQUEST_URL for `github-oidc`. */
  readonly idTokenUrl: string;
  readonly files: FileTable;
  readonly pipelines: PipelineTables;
  readonly jobs: JobTables;
  readonly catalog: CatalogTables;
  readonly permissions: AccessLists;
  readonly identities: IdentityTables;
  readonly seen: Seen[];
  /** Requests that no route knows. A scenario that ends with some shows a gap of the fake. */
  readonly unknown: Seen[];
  readonly faults: Faults;
  addFault(fault: Fault): void;
  /** Puts a deploy lock of somebody else under a state folder. */
  lockByAnother(statePath: string, lock: { readonly user: string; readonly acquiredAt: string }): void;
  close(): Promise<void>;
}

export const defaultToken = "fake-workspace-token";
export const defaultUser = "tester@example.com";
const WORKSPACE_ID = "900800700600";

/**
 * A Databricks workspace on loopback, as far as bundles need one. It is strict where the real one is: parents must exist, a file
 * is not overwritten unasked, an object has one owner, a wrong token is a 403; and it echoes what was sent, so that a second
 * plan is clean.
 */
export async function startWorkspace(options: WorkspaceOptions = {}): Promise<Workspace> {
  const users = options.users ?? [{ token: defaultToken, userName: defaultUser }];
  const identities: IdentityTables = {
    tokens: new Map(
      users.map((user, index) => [
        user.token,
        {
          userName: user.userName,
          id: String(1_000_012_345 + index),
          readOnly: user.readOnly ?? false,
          groups: user.groups ?? [],
        },
      ]),
    ),
    principals: [...(options.principals ?? [])],
    accountId: "11111111-2222-3333-4444-555555555555",
  };
  const names = [...users.map((user) => user.userName), ...identities.principals.map((one) => one.clientId)];
  const files = newFiles(names);
  const pipelines = newPipelines();
  const jobs = newJobs();
  const catalog = newCatalog();
  const permissions: AccessLists = new Map();
  const faults = new Faults();
  const seen: Seen[] = [];
  const unknown: Seen[] = [];

  const owner = (key: string): string | null => {
    const [kind = "", id = ""] = key.split("/");
    if (kind === "jobs") return jobs.jobs.get(id)?.creator ?? null;
    if (kind === "pipelines") return pipelines.pipelines.get(id)?.creator ?? null;
    return [...files.values()].some((node) => String(node.id) === id) ? (names[0] ?? null) : null;
  };
  const routes: readonly Route[] = [
    ...fileRoutes(files),
    ...pipelineRoutes(pipelines, (id) => permissions.delete(`pipelines/${id}`)),
    ...jobRoutes(jobs, (id) => permissions.delete(`jobs/${id}`)),
    ...permissionRoutes(permissions, owner),
    ...catalogRoutes(catalog),
    {
      method: "POST",
      path: /^\/telemetry-ext$/,
      handle: () => ({ status: 200, body: { errors: [], numProtoSuccess: 1 } }),
    },
  ];

  let url = "";
  const open = (
    method: string,
    path: string,
    query: URLSearchParams,
    headers: IncomingMessage["headers"],
    body: Buffer,
  ) => openRoute(identities, options.github ?? null, url, { method, path, query, headers, body });

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const method = incoming.method ?? "GET";
    const location = new URL(incoming.url ?? "/", "http://workspace");
    const path = decodeURIComponent(location.pathname);
    const body = await read(incoming);
    let lag = 0;
    const send = (reply: Reply, known = true) => {
      const one: Seen = {
        method,
        path,
        query: location.search,
        status: reply.status,
        body: body.toString("utf8").slice(0, 100_000),
        userAgent: incoming.headers["user-agent"] ?? "",
      };
      seen.push(one);
      if (!known) unknown.push(one);
      if (lag === 0) respond(outgoing, reply);
      else setTimeout(() => respond(outgoing, reply), lag);
    };

    const act = await faults.act(method, path);
    if (act.kind === "reply") return send(act.reply);
    if (act.kind === "reset") return incoming.socket.resetAndDestroy();
    if (act.kind === "hang") return;
    if (act.kind === "die") return end(server);
    lag = act.kind === "pass" ? (act.lag ?? 0) : 0;

    const plain = open(method, path, location.searchParams, incoming.headers, body);
    if (plain) return send(plain);
    const identity = identify(identities, incoming.headers);
    if (!identity) return send(refuse(403, "PERMISSION_DENIED", "Invalid access token."));
    if (method === "GET" && path === "/api/2.0/preview/scim/v2/Me") {
      return send({ status: 200, body: { id: identity.id, userName: identity.userName, active: true } });
    }

    const request: WorkspaceRequest = {
      method,
      path,
      query: location.searchParams,
      body,
      headers: incoming.headers,
      identity,
    };
    for (const route of routes) {
      const parts = route.method === method ? route.path.exec(path) : null;
      if (!parts) continue;
      if (identity.readOnly && method !== "GET" && path !== "/telemetry-ext") {
        return send(refuse(403, "PERMISSION_DENIED", `${identity.userName} does not have permission to change this.`));
      }
      return send(answer(() => route.handle(request, ...parts.slice(1))));
    }
    return send(refuse(404, "ENDPOINT_NOT_FOUND", `No API found for '${method} ${path}'.`), false);
  };

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch((error: unknown) => {
      respond(outgoing, refuse(500, "INTERNAL_ERROR", error instanceof Error ? (error.stack ?? "") : String(error)));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    idTokenUrl: `${url}/github/id-token?api-version=1`,
    files,
    pipelines,
    jobs,
    catalog,
    permissions,
    identities,
    seen,
    unknown,
    faults,
    addFault: (fault) => faults.add(fault),
    lockByAnother: (statePath, lock) =>
      putFile(
        files,
        `${statePath}/deploy.lock`,
        JSON.stringify({
          ID: "00000000-0000-4000-8000-000000000001",
          AcquisitionTime: lock.acquiredAt,
          IsForced: false,
          User: lock.user,
        }),
      ),
    close: () => end(server),
  };
}

/** What is answered without a token of the workspace. */
function openRoute(
  identities: IdentityTables,
  github: WorkspaceOptions["github"] | null,
  url: string,
  request: {
    readonly method: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly headers: IncomingMessage["headers"];
    readonly body: Buffer;
  },
): PlainReply | null {
  switch (`${request.method} ${request.path}`) {
    case "GET /.well-known/databricks-config":
      return {
        status: 200,
        body: { oidc_endpoint: `${url}/oidc`, workspace_id: WORKSPACE_ID, account_id: identities.accountId },
      };
    case "GET /oidc/.well-known/oauth-authorization-server":
      return {
        status: 200,
        body: { authorization_endpoint: `${url}/oidc/v1/authorize`, token_endpoint: `${url}/oidc/v1/token` },
      };
    case "POST /oidc/v1/token":
      return issueToken(identities, `${url}/oidc/v1/token`, request.headers, request.body);
    case "GET /github/id-token":
      return github
        ? githubIdToken(github.requestToken, github.subject, request.headers, request.query.get("audience") ?? "")
        : { status: 404, body: {} };
    default:
      return null;
  }
}

/** A handler's reply; one that it throws counts as returned. */
function answer(run: () => Reply): Reply {
  try {
    return run();
  } catch (thrown) {
    if (typeof thrown === "object" && thrown !== null && "status" in thrown && "body" in thrown) return thrown as Reply;
    throw thrown;
  }
}

function respond(outgoing: ServerResponse, reply: Reply): void {
  const bytes = Buffer.isBuffer(reply.body) ? reply.body : Buffer.from(writeJson(reply.body));
  outgoing.writeHead(reply.status, {
    "Content-Type": Buffer.isBuffer(reply.body) ? "application/octet-stream" : "application/json",
    "X-Databricks-Org-Id": WORKSPACE_ID,
    ...reply.headers,
  });
  outgoing.end(bytes);
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function end(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
