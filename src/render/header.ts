import { boundActions } from "../bundle/digest.js";
import type { Report } from "./report.js";

/** What was reviewed for one environment of one project: all that binding a deploy to its review needs. Hashes only, no values. */
export interface ReviewedEnvironment {
  readonly directory: string;
  readonly environment: string;
  readonly digest: string | null;
  /** By resource; null when the comment had no room for them. */
  readonly actions: readonly ReviewedAction[] | null;
}

export interface ReviewedAction {
  readonly resource: string;
  readonly action: string;
  /** Hash of the new value by path of the field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The machine-readable first line of our comment. */
export interface CommentHeader {
  /** Tells several comments of ours on one pull request apart; mostly empty. */
  readonly key: string;
  readonly commit: string | null;
  readonly environments: readonly ReviewedEnvironment[];
}

const form = /^<!-- ldp-action:comment=(\S*) (\{.*\}) -->/;

/**
 * The header of the comment for some reports. Resources and fields are left out when the line would pass `limit` bytes, and all
 * environments where even their names and digests would pass twice as much.
 */
export function commentHeader(key: string, reports: readonly Report[], limit = 20_000): CommentHeader {
  const environments = reports.flatMap((report) =>
    report.environments
      .filter((plan) => plan.status === "planned")
      .map((plan) => ({
        directory: report.directory,
        environment: plan.environment,
        digest: plan.digest,
        actions: boundActions(plan.actions),
      })),
  );
  const header = { key, commit: reports.find((report) => report.links.commit)?.links.commit ?? null, environments };
  if (Buffer.byteLength(writeHeader(header)) <= limit) return header;
  const digests = { ...header, environments: environments.map((environment) => ({ ...environment, actions: null })) };
  return Buffer.byteLength(writeHeader(digests)) <= limit * 2 ? digests : { ...header, environments: [] };
}

/**
 * The marker of our comment: one line, an HTML comment, to be the first of the body. Nothing in it can end the comment, mention
 * anyone, or refer to an issue.
 */
export function writeHeader(header: CommentHeader): string {
  const { key, ...rest } = header;
  const json = JSON.stringify({ schema: "ldp.comment/1", ...rest }).replace(/[<>&@#]|-(?=-)|[^\x20-\x7e]/g, (sign) =>
    [...Array(sign.length).keys()].map((unit) => `\\u${sign.charCodeAt(unit).toString(16).padStart(4, "0")}`).join(""),
  );
  return `<!-- ldp-action:comment=${encodeURIComponent(key).replaceAll("--", "-%2D")} ${json} -->`;
}

/** The key of a body that starts with our marker, also when its header can't be read; null for any other body. */
export function commentKey(body: string): string | null {
  const [, key] = /^<!-- ldp-action:comment=(\S*) /.exec(body) ?? [];
  return key === undefined ? null : decoded(key);
}

/** Reads the header of a comment's body; null when the body does not start with one, or with one of another form. */
export function readHeader(body: string): CommentHeader | null {
  const key = commentKey(body);
  const [, , json] = form.exec(body) ?? [];
  if (key === null || json === undefined) return null;
  try {
    const value: unknown = JSON.parse(json);
    return isHeader(value) ? { key, commit: value.commit, environments: value.environments } : null;
  } catch {
    return null;
  }
}

function decoded(key: string): string | null {
  try {
    return decodeURIComponent(key);
  } catch {
    return null;
  }
}

function isHeader(value: unknown): value is Omit<CommentHeader, "key"> & { schema: string } {
  if (typeof value !== "object" || value === null) return false;
  const { schema, commit, environments } = value as Record<string, unknown>;
  return (
    schema === "ldp.comment/1" &&
    (commit === null || typeof commit === "string") &&
    Array.isArray(environments) &&
    environments.every(isReviewed)
  );
}

function isReviewed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { directory, environment, digest, actions } = value as Record<string, unknown>;
  return (
    typeof directory === "string" &&
    typeof environment === "string" &&
    (digest === null || typeof digest === "string") &&
    (actions === null || (Array.isArray(actions) && actions.every(isAction)))
  );
}

function isAction(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { resource, action, fields } = value as Record<string, unknown>;
  return (
    typeof resource === "string" &&
    typeof action === "string" &&
    typeof fields === "object" &&
    fields !== null &&
    Object.values(fields).every((hash) => typeof hash === "string")
  );
}
