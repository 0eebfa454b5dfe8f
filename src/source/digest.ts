import { createHash } from "node:crypto";

/** A fingerprint of a text: short enough to hold thousands, long enough never to meet another. */
export function fingerprint(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 32);
}
