import { createHash } from "node:crypto";
import type { Log, PhysicalLocation, ReportingDescriptor, Result } from "sarif";
import { type Code, catalogue, type Rule } from "../diagnostics/catalogue.js";
import type { Diagnostic, Severity } from "../diagnostics/diagnostic.js";
import { byCodePoint } from "../order.js";
import { visible } from "./escape/characters.js";
import { plural } from "./words.js";

export interface SarifOptions {
  readonly version: string;
  /** The project's folder in the repository, `.` for the top: SARIF names files from the top. */
  readonly directory?: string;
}

/** GitHub takes 25,000 results of a run and shows 5,000; it refuses a file over 10 MB (docs.github.com, "SARIF results file limits"). */
const MAX_RESULTS = 5_000;

const levels: Readonly<Record<Severity, "error" | "warning" | "note">> = {
  error: "error",
  warning: "warning",
  info: "note",
};

/**
 * Findings as a SARIF 2.1.0 log with one run, each rule with its help from the catalogue. Past 5,000 results, errors first, the
 * number of the others is in an invocation's notification.
 */
export function renderSarif(diagnostics: readonly Diagnostic[], options: SarifOptions): string {
  const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };
  const sorted = [...diagnostics].sort((a, b) => rank[a.severity] - rank[b.severity]);
  const shown = sorted.slice(0, MAX_RESULTS);
  const codes = [...new Set(shown.map((one) => one.code))].sort(byCodePoint);
  const directory = options.directory ?? ".";
  const missing = sorted.length - shown.length;
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "ldp",
            semanticVersion: options.version,
            rules: codes.map((code) => rule(code, catalogue[code])),
          },
        },
        columnKind: "unicodeCodePoints",
        originalUriBaseIds: { ROOT: { description: { text: "The top of the repository." } } },
        results: shown.map((one) => result(one, codes, directory)),
        invocations: [
          {
            executionSuccessful: true,
            ...(missing > 0
              ? {
                  toolExecutionNotifications: [
                    {
                      level: "warning",
                      message: {
                        text: `${plural(missing, "more finding")} ${missing === 1 ? "is" : "are"} not in this file.`,
                      },
                    },
                  ],
                }
              : {}),
          },
        ],
      },
    ],
  };
  return `${JSON.stringify(log, null, 2).replaceAll("##", "#\\u0023")}\n`;
}

function rule(code: Code, { title, severity, why, fix, example, mended }: Rule): ReportingDescriptor {
  const block = (label: string, sample: Rule["example"]) =>
    sample === undefined ? "" : `\n\n${label}\n\n\`\`\`${sample.language}\n${sample.text.trimEnd()}\n\`\`\``;
  return {
    id: code,
    name: title.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: {
      text: `${why}\n\n${fix}`,
      markdown: `${why}\n\n${fix}${block("For example:", example)}${block("Mended:", mended)}`,
    },
    defaultConfiguration: { level: levels[severity] },
  };
}

function result(one: Diagnostic, codes: readonly Code[], directory: string): Result {
  const text = `${one.rule === undefined ? "" : `${visible(one.rule)}: `}${visible(one.message)}${one.hint === undefined ? "" : ` ${visible(one.hint)}`}`;
  // What stays the same when lines move: GitHub tells by it whether an alert is a new one.
  const identity = [one.code, one.rule ?? "", one.file ?? "", one.table ?? "", one.message].join("\0");
  return {
    ruleId: one.code,
    ruleIndex: codes.indexOf(one.code),
    level: levels[one.severity],
    // SARIF reads `[text](1)` in a message as a link (section 3.11.6).
    message: { text: text.replace(/\](?=\()/g, "\\]") },
    ...(one.file === null ? {} : { locations: [{ physicalLocation: physical(one.file, one, directory) }] }),
    ...(one.related === undefined || one.related.length === 0
      ? {}
      : {
          relatedLocations: one.related.map((place, id) => ({
            id,
            physicalLocation: physical(place.file, place, directory),
            message: { text: visible(place.message) },
          })),
        }),
    partialFingerprints: { "ldp/v1": createHash("sha256").update(identity).digest("hex") },
    ...(one.url === undefined ? {} : { properties: { url: one.url } }),
  };
}

function physical(
  file: string,
  {
    line,
    column,
    endLine,
  }: { readonly line: number | null; readonly column: number | null; readonly endLine?: number },
  directory: string,
): PhysicalLocation {
  const path = directory === "." || directory === "" ? file : `${directory}/${file}`;
  return {
    artifactLocation: {
      uri: path
        .split("/")
        .map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, "\uFFFD")))
        .join("/"),
      uriBaseId: "ROOT",
    },
    ...(line === null || line < 1
      ? {}
      : {
          region: {
            startLine: line,
            ...(column === null || column < 1 ? {} : { startColumn: column }),
            ...(endLine === undefined || endLine < line ? {} : { endLine }),
          },
        }),
  };
}
