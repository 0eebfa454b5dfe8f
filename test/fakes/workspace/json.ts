// JSON whose integers keep all their digits: job ids may exceed 2^53, and an echo must not round them.

export type Json = null | boolean | number | bigint | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

const raw = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** Parses a body; an integer that a double can't hold becomes a bigint. Throws SyntaxError. */
export function parseJson(text: string): Json {
  const reviver = (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? BigInt(context?.source ?? "0")
      : value;
  return JSON.parse(text, reviver) as Json;
}

/** Writes a body; bigints become plain numbers with all their digits. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? raw.rawJSON(item.toString()) : item,
  );
}

/** The value as an object, or an empty one. */
export function object(value: Json | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function array(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The value as text; numbers are written out, everything else is empty. */
export function text(value: Json | undefined): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" ? value.toString() : "";
}
