import { byCodePoint } from "../order.js";
import { canonicalJson, sha256 } from "../project/digest.js";
import type { ReviewedAction } from "../render/header.js";
import type { ResourceAction } from "./model.js";

/**
 * What a review binds: each resource with its action and the hashes of its changed fields, sorted; known false drift left out,
 * and resources of which nothing else is left.
 */
export function boundActions(actions: readonly ResourceAction[]): ReviewedAction[] {
  return actions
    .filter((one) => one.fields.length === 0 || one.fields.some((field) => !field.ignored))
    .map(({ resource, action, fields }) => ({
      resource,
      action,
      fields: Object.fromEntries(
        fields
          .filter((field) => !field.ignored)
          .map((field) => [field.path, field.hash] as const)
          .sort(([a], [b]) => byCodePoint(a, b)),
      ),
    }))
    .sort((a, b) => byCodePoint(a.resource, b.resource));
}

/** The bundle digest of the contract: of the normalised resource plan, so that the comment's header gives it too. */
export function bundleDigest(actions: readonly ReviewedAction[]): string {
  return sha256(canonicalJson({ schema: "ldp.bundle/1", actions }));
}

/** The hash of a field's new value. */
export function valueHash(value: unknown): string {
  return sha256(canonicalJson(value ?? null));
}
