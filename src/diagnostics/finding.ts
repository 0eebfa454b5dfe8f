import { type Code, catalogue } from "./catalogue.js";
import type { Diagnostic, Place } from "./diagnostic.js";

/**
 * A finding with the severity that the catalogue gives its code.
 * @param place where it is; null for what has no place in a file, such as a selection.
 */
export function finding(
  code: Code,
  message: string,
  place: Place | null,
  more: Partial<Omit<Diagnostic, "code" | "message" | "file" | "line" | "column">> = {},
): Diagnostic {
  return {
    code,
    severity: catalogue[code].severity,
    message: oneLine(message),
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    ...more,
    ...(more.hint === undefined ? {} : { hint: oneLine(more.hint) }),
  };
}

/** Messages quote what a user wrote, which may hold anything: line ends and other controls are shown as escapes. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (sign) =>
    JSON.stringify(sign)
      .slice(1, -1)
      .replace(/^[^\\]$/, (raw) => `\\u${raw.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}
