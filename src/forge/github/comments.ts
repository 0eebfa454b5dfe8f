import { commentKey } from "../../render/header.js";
import type { OwnComment, WrittenComment } from "../forge.js";
import type { Client } from "./client.js";
import { editorsOf } from "./editors.js";
import { isRequestError } from "./failure.js";
import { type Author, madeByUs } from "./identity.js";
import type { Place } from "./place.js";

interface Comment {
  readonly id: number;
  readonly nodeId: string;
  readonly body: string;
  readonly url: string;
  readonly author: Author | null;
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
  const ours = marked.length === 0 ? [] : await ofOurs(client, marked);
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

/** Our comments, oldest first, whatever their key, with who else edited them. */
export async function readComments(client: Client, place: Place, number: number): Promise<OwnComment[]> {
  const marked = (await comments(client, place, number)).filter((comment) => commentKey(comment.body) !== null);
  const ours = marked.length === 0 ? [] : await ofOurs(client, marked);
  return editorsOf(
    client,
    ours.map(({ nodeId }) => nodeId),
  );
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
    .map(({ id, node_id, body, html_url, user }) => ({
      id,
      nodeId: node_id,
      body: body ?? "",
      url: html_url,
      author: user ?? null,
    }))
    .sort((a, b) => a.id - b.id);
}

async function ofOurs(client: Client, marked: readonly Comment[]): Promise<Comment[]> {
  const ours = await madeByUs(client);
  return marked.filter((comment) => ours(comment.author));
}
