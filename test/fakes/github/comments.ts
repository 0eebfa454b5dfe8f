import { type Asked, notFound, ok, page, Refusal, type Reply, unprocessable } from "./http.ts";
import type { Handlers } from "./routes.ts";
import { addComment, type Comment, editComment, type State, user, userJson } from "./state.ts";
import type { Need } from "./tokens.ts";

/** What lets a caller see comments. */
export const read: Need = [
  ["issues", "read"],
  ["pull-requests", "read"],
];
const write: Need = [
  ["issues", "write"],
  ["pull-requests", "write"],
];
/** In characters; not in the OpenAPI description. */
const longest = 65_536;

export function commentHandlers(state: State, base: () => string): Handlers {
  const json = (comment: Comment) => commentJson(state, base(), comment);
  const found = (asked: Asked): Comment => {
    const comment = state.comments.find(({ id }) => id === Number(asked.parts.comment_id));
    if (!comment) throw notFound();
    return comment;
  };
  const pullOf = (asked: Asked) => {
    const pull = state.pulls.get(Number(asked.parts.issue_number));
    if (!pull) throw notFound();
    return pull;
  };
  return {
    "issues/list-comments": {
      need: read,
      handle: (asked) => {
        const { number } = pullOf(asked);
        return page(asked, base(), state.comments.filter(({ pull }) => pull === number).map(json));
      },
    },
    "issues/create-comment": {
      need: write,
      handle: (asked): Reply => {
        const pull = pullOf(asked);
        if (pull.locked) throw new Refusal(403, "Unable to create comment because issue is locked.");
        const author = user(asked.caller.login, asked.caller.id);
        return { status: 201, body: json(addComment(state, pull.number, author, checked(asked.body.body))) };
      },
    },
    "issues/get-comment": { need: read, handle: (asked) => ok(json(found(asked))) },
    "issues/update-comment": {
      need: write,
      handle: (asked) => {
        const comment = found(asked);
        editComment(state, comment, user(asked.caller.login, asked.caller.id), checked(asked.body.body));
        return ok(json(comment));
      },
    },
    "issues/delete-comment": {
      need: write,
      handle: (asked) => {
        state.comments.splice(state.comments.indexOf(found(asked)), 1);
        return { status: 204 };
      },
    },
  };
}

function checked(body: unknown): string {
  const text = String(body);
  if (text.trim() === "") throw unprocessable("IssueComment", "data", "Body cannot be blank");
  if ([...text].length > longest) {
    throw unprocessable("IssueComment", "data", `Body is too long (maximum is ${longest} characters)`);
  }
  return text;
}

function commentJson(state: State, base: string, comment: Comment): object {
  const repository = `${base}/repos/${state.owner}/${state.name}`;
  const url = `${repository}/issues/comments/${comment.id}`;
  const html = `https://github.com/${state.owner}/${state.name}/pull/${comment.pull}`;
  return {
    url,
    html_url: `${html}#issuecomment-${comment.id}`,
    issue_url: `${repository}/issues/${comment.pull}`,
    id: comment.id,
    node_id: `IC_${comment.id}`,
    user: userJson(base, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    body: comment.body,
    author_association: comment.user.type === "Bot" ? "NONE" : "MEMBER",
    reactions: {
      url: `${url}/reactions`,
      total_count: 0,
      "+1": 0,
      "-1": 0,
      laugh: 0,
      hooray: 0,
      confused: 0,
      heart: 0,
      rocket: 0,
      eyes: 0,
    },
    performed_via_github_app: null,
  };
}
