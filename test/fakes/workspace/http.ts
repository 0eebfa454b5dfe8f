import type { IncomingMessage } from "node:http";
import { type Json, parseJson } from "./json.ts";

/** Who sent a request, as the token says. */
export interface Identity {
  readonly userName: string;
  readonly id: string;
  /** May change nothing: every write is a 403. */
  readonly readOnly: boolean;
  readonly groups: readonly string[];
}

export interface WorkspaceRequest {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
  readonly headers: IncomingMessage["headers"];
  readonly identity: Identity;
}

export interface Reply {
  readonly status: number;
  /** Sent as JSON, or as it is when it is bytes. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: WorkspaceRequest, ...parts: string[]) => Reply;

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}

export const ok = (body: unknown = {}): Reply => ({ status: 200, body });

/** An error as the workspace words them. */
export const refuse = (status: number, code: string, message: string): Reply => ({
  status,
  body: { error_code: code, message },
});

export const notFound = (message: string): Reply => refuse(404, "RESOURCE_DOES_NOT_EXIST", message);
export const badRequest = (message: string): Reply => refuse(400, "INVALID_PARAMETER_VALUE", message);

/** A route whose path is text with `{}` for one part of it; `{*}` stands for the rest. */
export function route(method: string, path: string, handle: Handler): Route {
  const pattern = path
    .replace(/[.*+?^$()|[\]\\]/g, "\\$&")
    .replaceAll("{\\*}", "(.+)")
    .replaceAll("{}", "([^/]+)");
  return { method, path: new RegExp(`^${pattern}$`), handle };
}

/** The body as JSON; a reply of 400 is thrown where it is none. */
export function jsonBody(request: WorkspaceRequest): Json {
  try {
    return parseJson(request.body.toString("utf8"));
  } catch {
    throw refuse(400, "MALFORMED_REQUEST", "Could not parse request object: the body is not JSON.");
  }
}
