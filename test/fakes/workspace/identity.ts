import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Identity } from "./http.ts";

/** A service principal with a secret, or with a federation policy for a repository's jobs. */
export interface Principal {
  readonly clientId: string;
  readonly secret?: string;
  /** The `sub` that a GitHub identity token must have, such as `repo:acme/etl:environment:prod`. */
  readonly subject?: string;
  readonly readOnly?: boolean;
}

export interface IdentityTables {
  /** Bearer tokens that are valid, with who they stand for. */
  readonly tokens: Map<string, Identity>;
  readonly principals: Principal[];
  readonly accountId: string;
}

export interface PlainReply {
  readonly status: number;
  readonly body: unknown;
}

let issued = 0;

/** Who sends a request, or null when its token is none of ours. */
export function identify(tables: IdentityTables, headers: IncomingMessage["headers"]): Identity | null {
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
  return bearer === undefined ? null : (tables.tokens.get(bearer) ?? null);
}

/** The token endpoint: client credentials, and the exchange of a GitHub identity token. */
export function issueToken(
  tables: IdentityTables,
  tokenEndpoint: string,
  headers: IncomingMessage["headers"],
  body: Buffer,
): PlainReply {
  const form = new URLSearchParams(body.toString("utf8"));
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? "")?.[1];
  const [user, secret] = basic
    ? Buffer.from(basic, "base64").toString("utf8").split(":").map(decodeURIComponent)
    : [form.get("client_id") ?? "", form.get("client_secret") ?? ""];
  const principal = tables.principals.find((one) => one.clientId === (user || form.get("client_id")));
  const refused = (message: string) => ({
    status: 401,
    body: { error: "invalid_client", error_description: message },
  });
  if (!principal) return refused("Client authentication failed: no such service principal.");

  switch (form.get("grant_type")) {
    case "client_credentials":
      if (principal.secret === undefined || secret !== principal.secret) {
        return refused("Client authentication failed: the secret is wrong.");
      }
      break;
    case "urn:ietf:params:oauth:grant-type:token-exchange": {
      const claims = jwtClaims(form.get("subject_token") ?? "");
      // The SDK asks for the account as audience, or for the token endpoint, as the workspace's address has it.
      const audience = claims.aud === tables.accountId || claims.aud === tokenEndpoint;
      if (principal.subject === undefined || claims.sub !== principal.subject || !audience) {
        return refused(`No federation policy of the service principal matches subject '${claims.sub ?? ""}'.`);
      }
      break;
    }
    default:
      return { status: 400, body: { error: "unsupported_grant_type" } };
  }
  const token = `issued-${principal.clientId}-${++issued}`;
  tables.tokens.set(token, {
    userName: principal.clientId,
    id: `40000${issued}`,
    readOnly: principal.readOnly ?? false,
    groups: [],
  });
  return { status: 200, body: { access_token: token, expires_in: 3600, scope: "all-apis", token_type: "Bearer" } };
}

/** What GitHub's identity service answers a job that may ask for a token (`ACTIONS_ID_TOKEN_REQUEST_URL`). */
export function githubIdToken(
  requestToken: string,
  subject: string,
  headers: IncomingMessage["headers"],
  audience: string,
) {
  if (headers.authorization !== `Bearer ${requestToken}` && headers.authorization !== `bearer ${requestToken}`) {
    return { status: 401, body: { message: "the request token is wrong" } };
  }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    sub: subject,
    aud: audience,
    iss: "https://token.actions.githubusercontent.com",
    exp: 4_102_444_800,
  };
  return { status: 200, body: { value: `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.unsigned` } };
}

function jwtClaims(token: string): { sub?: string; aud?: string } {
  try {
    return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as {
      sub?: string;
      aud?: string;
    };
  } catch {
    return {};
  }
}
