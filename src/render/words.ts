import type { ResourceAction } from "../bundle/model.js";
import type { Kind } from "../project/model.js";

/** `1 table`, `2 tables`, `1,204 tables`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}

/** `1204` as `1,204`, in every locale. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `a`, `a or b`, `a, b or c`. */
export function list(items: readonly string[], last: "and" | "or"): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}

/** The first twelve hex digits of `sha256:…`: enough to compare by eye. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1…");
}

/** What a table is, in words; empty when the code does not tell. */
export function kindWord(kind: Kind | null): string {
  return kind === null ? "" : kind.replaceAll("_", " ");
}

/** What the deploy does to a resource, in a word; a destructive one in capitals. */
export function actionWord({ action, destructive }: Pick<ResourceAction, "action" | "destructive">): string {
  if (!destructive) return action;
  if (action === "delete") return "DESTROYED";
  return action === "recreate" ? "RECREATED" : action.toUpperCase();
}
