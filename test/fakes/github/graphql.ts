import { read } from "./comments.ts";
import type { Reply } from "./http.ts";
import { Refusal } from "./http.ts";
import type { Comment, State, User } from "./state.ts";
import { type Caller, mustHave } from "./tokens.ts";

const comments =
  /^query\(\$ids: \[ID!\]!\) \{ nodes\(ids: \$ids\) \{ \.\.\. on IssueComment \{ (?<fields>.+) \} \} \}$/;

/** GraphQL, as far as the action asks: who one is, and who edited comments. */
export function graphql(state: State, caller: Caller, body: Readonly<Record<string, unknown>>): Reply {
  const query = String(body.query ?? "")
    .replace(/\s+/g, " ")
    .trim();
  if (/^(query )?\{ viewer \{ login \} \}$/.test(query)) return data({ viewer: { login: caller.login } });
  const fields = comments.exec(query)?.groups?.fields;
  if (fields === undefined)
    return refusal("undefinedField", `Field '${query.slice(0, 80)}' doesn't exist on type 'Query'`);
  const { ids } = (body.variables ?? {}) as { readonly ids?: unknown };
  if (!Array.isArray(ids) || ids.length > 100)
    return refusal("ARGUMENT_LIMIT", "You may not provide more than 100 node ids");
  try {
    mustHave(caller, read);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refusal("FORBIDDEN", error.message, { nodes: ids.map(() => null) });
  }
  const nodes = ids.map((id) => state.comments.find((comment) => `IC_${comment.id}` === id));
  const asked = nodes.map((comment) => (comment ? selected(comment, fields) : null));
  const gone = nodes.indexOf(undefined);
  return gone < 0
    ? data({ nodes: asked })
    : refusal("NOT_FOUND", `Could not resolve to a node with the global id of '${ids[gone]}'`, { nodes: asked });
}

function data(value: object): Reply {
  return { status: 200, body: { data: value } };
}

/** Refusals of GraphQL have the status 200; what could be read comes with them. */
function refusal(type: string, message: string, value: object | null = null): Reply {
  return { status: 200, body: { data: value, errors: [{ type, message }] } };
}

/** What is asked of a comment: `body lastEditedAt author { … }`. */
function selected(comment: Comment, fields: string): object {
  const known: Readonly<Record<string, unknown>> = {
    body: comment.body,
    lastEditedAt: comment.lastEditedAt,
    author: actor(comment.user),
    editor: comment.editor && actor(comment.editor),
  };
  const names = fields.replaceAll(/(author|editor) \{ __typename login \}/g, "$1").split(" ");
  return Object.fromEntries(
    names.map((name) => {
      if (!(name in known)) throw new Error(`the fake knows no field ${name} of a comment`);
      return [name, known[name]];
    }),
  );
}

/** GraphQL calls an app by its bare name, and tells its kind apart from it. */
function actor({ login, type }: User): object {
  return { __typename: type, login: login.replace(/\[bot\]$/, "") };
}
