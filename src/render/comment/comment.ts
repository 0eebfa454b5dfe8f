import { prose } from "../escape/markdown.js";
import { commentHeader, writeHeader } from "../header.js";
import type { Report } from "../report.js";
import { plural } from "../words.js";
import { bytes, fitRows, fitSections, NOTE, type Section } from "./budget.js";
import { affectedSection, changesSection, dagSection, unknownSection } from "./changes.js";
import { commandsSection } from "./commands.js";
import { destroyedSection } from "./destroyed.js";
import { environmentsSection, resourcesSection } from "./environments.js";
import { errorsSection, lintSection, warningsSection } from "./findings.js";
import { stagesSection, tablesSection, versionsSection } from "./lists.js";
import { projectName, type Scope } from "./scope.js";
import { counts, footer, hasChanges, isQuiet, verdict } from "./verdict.js";

export interface CommentOptions {
  /** Bytes of UTF-8, the header included. GitHub refuses a comment of more than 65,536. */
  readonly limit?: number;
  /** Tells several comments on one pull request apart. */
  readonly key?: string;
}

const COMMENT_LIMIT = 60_000;
/** GitHub drops the whole summary of a step over 1 MiB. */
const SUMMARY_LIMIT = 1_000_000;

/**
 * The pull-request comment of one or more projects: GitHub-flavoured Markdown that begins with the machine-readable header and
 * never takes more than `limit` bytes. When not everything fits, the verdict and what is destroyed keep their room, then errors,
 * environments, changed tables and the DAG; each part says what it leaves out and where that is.
 */
export function renderComment(reports: readonly Report[], options: CommentOptions = {}): string {
  const limit = options.limit ?? COMMENT_LIMIT;
  const header = `${writeHeader(commentHeader(options.key ?? "", reports, Math.floor(limit / 3)))}\n`;
  const run = reports.find((report) => report.links.run !== null)?.links.run;
  const elsewhere = run ? `the [job summary](${run}) has all` : "`ldp plan` shows all";
  return `${header}${compose(reports, limit - bytes(header), { elsewhere, rows: 50 })}`;
}

/** The same for the job's summary, which holds sixteen times as much and needs no header. */
export function renderSummary(reports: readonly Report[], options: Pick<CommentOptions, "limit"> = {}): string {
  return compose(reports, options.limit ?? SUMMARY_LIMIT, {
    elsewhere: "`ldp plan --format json` has all",
    rows: 2_000,
  });
}

function compose(reports: readonly Report[], limit: number, base: Pick<Scope, "elsewhere" | "rows">): string {
  if (reports.length > 0 && reports.every(isQuiet)) return quiet(reports);
  const scopes = reports.map((report): Scope => ({ report, several: reports.length > 1, ...base }));
  const head = `### ${verdict(reports)}\n\n`;
  const foot = `${footer(reports)}\n`;
  const room = limit - bytes(head) - bytes(foot);
  const destroyed = destroyedSection(scopes);
  const loud = scopes.filter((scope) => !isQuiet(scope.report));
  const still = scopes.length - loud.length;
  const parts = [
    ...(destroyed === null ? [] : [destroyed]),
    ...loud.flatMap((scope) => [...(scope.several ? [heading(scope)] : []), ...projectSections(scope)]),
    ...(still > 0 ? [fixed(`${plural(still, "other project")} without a change.\n\n`)] : []),
  ];
  const crowded = parts.length * NOTE > room * 0.7 && loud.length > 1;
  const sections = crowded ? crowdedSections(loud, destroyed) : parts;
  return `${head}${fitSections(sections, room).join("")}${foot}`;
}

function projectSections(scope: Scope): Section[] {
  return [
    notesSection(scope),
    errorsSection(scope),
    environmentsSection(scope),
    unknownSection(scope),
    changesSection(scope),
    affectedSection(scope),
    dagSection(scope),
    warningsSection(scope),
    lintSection(scope),
    resourcesSection(scope),
    commandsSection(scope),
    stagesSection(scope),
    tablesSection(scope),
    versionsSection(scope),
  ].filter((section) => section !== null);
}

/** More projects than sections have room for: what is destroyed, the errors, and a line a project. */
function crowdedSections(scopes: readonly Scope[], destroyed: Section | null): Section[] {
  const rows = scopes.map((scope) => `| ${projectName(scope.report)} | ${verdict([scope.report])} |\n`);
  const elsewhere = scopes[0]?.elsewhere ?? "";
  const errors = scopes.flatMap((scope) => errorsSection(scope) ?? []);
  return [
    ...(destroyed === null ? [] : [destroyed]),
    {
      priority: 2,
      share: 0.6,
      render: (budget) =>
        fitRows(
          "| Project | |\n|---|---|\n",
          rows,
          (missing) => `\n${plural(missing, "more project")}: ${elsewhere}\n`,
          `\nWhat changes in each of them: ${elsewhere}.\n\n`,
          budget,
        ),
    },
    ...errors.slice(0, 20),
  ];
}

function quiet(reports: readonly Report[]): string {
  const where = reports.length > 1 ? ` in ${plural(reports.length, "project")}` : "";
  const about = footer(reports);
  return `✅ ${counts(reports)}${where}${about === "" ? "" : ` · ${about}`}\n`;
}

function heading(scope: Scope): Section {
  return fixed(`#### ${projectName(scope.report)}: ${counts([scope.report])}\n\n`);
}

function notesSection({ report }: Scope): Section | null {
  const notes = report.notes ?? [];
  if (notes.length === 0) return null;
  return fixed(
    `> [!WARNING]\n${notes
      .slice(0, 2)
      .map((note) => `> ${prose(note, 200)}\n`)
      .join("")}\n`,
  );
}

function fixed(text: string): Section {
  return { priority: 0, share: 0.05, render: () => text };
}

export { hasChanges };
