import type { OwnComment } from "../forge.js";
import type { Client } from "./client.js";

/** Who did something. An app's login has no `[bot]` here; its type tells it from a person of that name. */
interface Actor {
  readonly __typename: string;
  readonly login: string;
}

interface CommentNode {
  readonly body: string;
  readonly lastEditedAt: string | null;
  readonly author: Actor | null;
  readonly editor: Actor | null;
}

/** GitHub gives up to a hundred nodes for one question. */
const most = 100;

const question = `query($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on IssueComment { body lastEditedAt author { __typename login } editor { __typename login } }
  }
}`;

/**
 * The texts of comments with who wrote them last, in the order of `ids` (REST's `node_id`). REST says who made a comment, never
 * who edited it. Text and editor come in one answer, so that no edit falls between. A comment that is gone by now is a refusal.
 * Source: docs.github.com, GraphQL reference, "IssueComment" (`editor` and `lastEditedAt` are null for one that was never edited).
 */
export async function editorsOf(client: Client, ids: readonly string[]): Promise<OwnComment[]> {
  const found: OwnComment[] = [];
  for (let start = 0; start < ids.length; start += most) {
    const { nodes } = await client.graphql<{ nodes: readonly (CommentNode | null)[] }>(question, {
      ids: ids.slice(start, start + most),
    });
    found.push(...nodes.filter((node) => node !== null).map((node) => ({ body: node.body, editedBy: editedBy(node) })));
  }
  return found;
}

/** The last editor where it is not the author; what can't be told (an account that is gone) is somebody else. */
function editedBy({ lastEditedAt, author, editor }: CommentNode): string | null {
  if (lastEditedAt === null && editor === null) return null;
  const same = author !== null && editor?.login === author.login && editor.__typename === author.__typename;
  return same ? null : (editor?.login ?? "somebody whose account is gone");
}
