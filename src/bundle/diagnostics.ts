import type { Code } from "../diagnostics/catalogue.js";
import type { Diagnostic, Place, RelatedPlace } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";

/** One diagnostic of the CLI as it printed it. */
export interface CliDiagnostic {
  readonly severity: "Error" | "Warning" | "Recommendation";
  readonly summary: string;
  /** Paths in the configuration, such as `resources.jobs.nightly`. */
  readonly paths: readonly string[];
  readonly places: readonly Place[];
  readonly detail: readonly string[];
}

/**
 * Reads the CLI's text diagnostics, the only form that it has: a line `Error: …`, `  at PATH`, `  in FILE:LINE:COLUMN`, then
 * details. Lines that belong to none are passed over; doubles are given once.
 */
export function parseCliDiagnostics(stderr: string): CliDiagnostic[] {
  const found: Building[] = [];
  let current: Building | null = null;
  let part: "paths" | "places" | "detail" = "detail";
  for (const line of stderr.split("\n")) {
    const head = /^(Error|Warning|Recommendation): (.*)$/.exec(line);
    if (head) {
      current = {
        severity: head[1] as CliDiagnostic["severity"],
        summary: head[2] ?? "",
        paths: [],
        places: [],
        detail: [],
      };
      found.push(current);
      part = "detail";
      continue;
    }
    if (!current) continue;
    const label = /^ {2}(at|in) (.*)$/.exec(line);
    const more = /^ {5}(\S.*)$/.exec(line);
    if (label) part = label[1] === "at" ? "paths" : "places";
    const text = label?.[2] ?? (part !== "detail" ? more?.[1] : undefined);
    if (text !== undefined && part === "paths") current.paths.push(text);
    else if (text !== undefined && part === "places") add(current.places, place(text));
    else if (progress.test(line)) current = null;
    else {
      if (line.trim() !== "") current.detail.push(line.trim());
      part = "detail";
    }
  }
  const seen = new Set<string>();
  return found.filter((one) => {
    const key = JSON.stringify([one.severity, one.summary, one.paths, one.places]);
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * The CLI's diagnostics as findings: LDP501 for errors, LDP502 for warnings, LDP503 for recommendations, at the file and line
 * that it gave. What it says of the request that failed is left out.
 */
export function bundleFindings(stderr: string): Diagnostic[] {
  return parseCliDiagnostics(stderr).map((one) => {
    const [first, ...others] = one.places;
    const where = one.paths.length > 0 && !one.summary.includes(one.paths[0] ?? "") ? ` (${one.paths.join(", ")})` : "";
    const hint = hintOf(one);
    const related: RelatedPlace[] = others.map((other) => ({ ...other, message: "here too" }));
    return finding(codes[one.severity], `${one.summary.replace(/[.\s]+$/, "")}${where}`, first ?? null, {
      ...(hint === "" ? {} : { hint }),
      ...(related.length > 0 ? { related } : {}),
    });
  });
}

const codes: Readonly<Record<CliDiagnostic["severity"], Code>> = {
  Error: "LDP501",
  Warning: "LDP502",
  Recommendation: "LDP503",
};

interface Building {
  readonly severity: CliDiagnostic["severity"];
  readonly summary: string;
  readonly paths: string[];
  readonly places: Place[];
  readonly detail: string[];
}

// What the CLI reports of its progress between diagnostics.
const progress =
  /^(Uploading|Building|Created|Updated|Recreated|Deleted|Resized|Files|Resources|Update URL|Run URL|Found \d|Deploying|Updating|Deployment complete|Warn:|This action will)\b/;

function hintOf(one: CliDiagnostic): string {
  const lines = one.detail.filter((line) => !/^(Endpoint|HTTP Status|API error_code|API message):/.test(line));
  const text = lines.join(" ");
  return text.length > 400 ? `${text.slice(0, 399)}…` : text;
}

function place(text: string): Place | null {
  const [, file, line, column] = /^(.+?):(\d+)(?::(\d+))?$/.exec(text) ?? [];
  return file && line ? { file: file.replaceAll("\\", "/"), line: Number(line), column: Number(column ?? 1) } : null;
}

function add(places: Place[], place: Place | null): void {
  if (place) places.push(place);
}
