import { commentKey } from "../../render/header.js";
import type { WrittenComment } from "../forge.js";
import type { Client } from "./client.js";
import { isRequestError } from "./failure.js";
import type { Place } from "./place.js";

interface Comment {
  readonly id: number;
  readonly body: string;
  readonly url: string;
  readonly author: Author | null;
}

interface Author {
  readonly id: number;
  readonly login: string;
  readonly type: string;
}

/**
 * Writes the one comment with this body's key that is ours. Ours is what has the marker at its very start AND our identity as its
 * author: the marker alone can be copied by anyone.
 */
export async function writeComment(
  client: Client,
  place: Place,
  number: number,
  body: string,
  head: string | null,
): Promise<WrittenComment> {
  const key = commentKey(body);
  if (key === null) throw new Error("a comment without our marker at its start");
  if (head !== null) {
    const pull = await client.request("GET /repos/{owner}/{repo}/pulls/{pull_number}", {
      ...place,
      pull_number: number,
    });
    if (pull.data.head.sha !== head) return { action: "outdated", url: null, removed: 0 };
  }
  const marked = (await comments(client, place, number)).filter((comment) => commentKey(comment.body) === key);
  const ours = marked.length === 0 ? [] : marked.filter(await writtenByUs(client));
  const updated = await keepOldest(client, place, ours, body);
  if (updated) return updated;

  const { data } = await client.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...place,
    issue_number: number,
    body,
  });
  // Another job may have created one at the same time, or a lost answer made us send this one twice.
  const doubles = (await comments(client, place, number)).filter(
    (comment) => commentKey(comment.body) === key && comment.author?.id === data.user?.id,
  );
  if (doubles.length > 1) {
    const kept = await keepOldest(client, place, doubles, body);
    if (kept) return { ...kept, action: "created" };
  }
  return { action: "created", url: data.html_url, removed: 0 };
}

/** The bodies of our comments, oldest first, whatever their key. */
export async function readComments(client: Client, place: Place, number: number): Promise<string[]> {
  const marked = (await comments(client, place, number)).filter((comment) => commentKey(comment.body) !== null);
  return marked.length === 0 ? [] : marked.filter(await writtenByUs(client)).map((comment) => comment.body);
}

async function keepOldest(
  client: Client,
  place: Place,
  ours: readonly Comment[],
  body: string,
): Promise<WrittenComment | null> {
  const [oldest, ...doubles] = ours;
  if (!oldest) return null;
  if (oldest.body.replaceAll("\r\n", "\n") !== body) {
    const found = await unlessGone(
      client.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        ...place,
        comment_id: oldest.id,
        body,
      }),
    );
    // Someone deleted it since it was listed.
    if (!found) return keepOldest(client, place, doubles, body);
  }
  for (const { id } of doubles) {
    await unlessGone(
      client.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...place, comment_id: id }),
    );
  }
  return { action: "updated", url: oldest.url, removed: doubles.length };
}

/** Whether the request found its object; other refusals are thrown. */
async function unlessGone(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (isRequestError(error) && error.status === 404) return false;
    throw error;
  }
}

async function comments(client: Client, place: Place, number: number): Promise<Comment[]> {
  const all = await client.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    ...place,
    issue_number: number,
    per_page: 100,
  });
  return all
    .map(({ id, body, html_url, user }) => ({ id, body: body ?? "", url: html_url, author: user ?? null }))
    .sort((a, b) => a.id - b.id);
}

/**
 * Tells our comments. An installation token, such as the job's own, may not read `/user`, but GraphQL's `viewer` answers to all.
 * An app is `name[bot]` in REST, and a person may be called `name`.
 */
async function writtenByUs(client: Client): Promise<(comment: Comment) => boolean> {
  const { viewer } = await client.graphql<{ viewer: { login: string } }>("query { viewer { login } }");
  const login = viewer.login.toLowerCase();
  const token = await client.auth();
  const installation = login.endsWith(suffix) || isInstallationToken(token);
  return ({ author }) =>
    author !== null &&
    bare(author.login.toLowerCase()) === bare(login) &&
    (author.type === "Bot" || author.login.endsWith(suffix)) === installation;
}

const suffix = "[bot]";

function bare(login: string): string {
  return login.endsWith(suffix) ? login.slice(0, -suffix.length) : login;
}

function isInstallationToken(authentication: unknown): boolean {
  return (
    typeof authentication === "object" &&
    authentication !== null &&
    "token" in authentication &&
    typeof authentication.token === "string" &&
    authentication.token.startsWith("ghs_")
  );
}
