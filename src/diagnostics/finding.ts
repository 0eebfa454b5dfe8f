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
    message,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    ...more,
  };
}
