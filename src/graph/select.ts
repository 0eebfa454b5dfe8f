import picomatch from "picomatch";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearest, nearestName } from "../diagnostics/nearest.js";
import { byCodePoint } from "../order.js";
import type { Change, Selection } from "../plan/model.js";
import type { Table } from "../project/model.js";
import { MalformedExpression, parseExpression, type Term } from "./expression.js";
import { type Graph, reach } from "./graph.js";

/** The selection that chooses every table. */
export const everything: Selection = { tags: [], tagMode: "or", select: [], exclude: [] };

/**
 * The tables that a selection chooses: what the tags choose AND any `select` chooses, less what any `exclude` chooses.
 * @param changes each table's change against the base; null without a base, where `state:` is an error.
 * @param baseMissing why there is no base although one was asked for.
 * @returns the chosen names, and LDP401-404. With a finding nothing is chosen: a wrong selection is never "everything".
 */
export function selectTables(
  tables: readonly Table[],
  graph: Graph,
  selection: Selection,
  changes: ReadonlyMap<string, Change> | null,
  baseMissing: string | null = null,
): { chosen: ReadonlySet<string>; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const byTags = chooseByTags(tables, selection, diagnostics);
  const choose = (expressions: readonly string[]) =>
    expressions.map((text) => evaluate(text, tables, graph, { changes, baseMissing }, diagnostics));
  const selects = choose(selection.select);
  const excludes = choose(selection.exclude);
  if (diagnostics.length > 0) return { chosen: new Set(), diagnostics };

  const names = tables
    .map((table) => table.name)
    .filter((name) => {
      if (!byTags.has(name)) return false;
      if (selects.length > 0 && !selects.some((each) => each.has(name))) return false;
      return !excludes.some((each) => each.has(name));
    });
  if (names.length === 0) diagnostics.push(emptySelection(tables, selection));
  return { chosen: new Set(names), diagnostics };
}

function chooseByTags(tables: readonly Table[], selection: Selection, diagnostics: Diagnostic[]): ReadonlySet<string> {
  const known = tagsOf(tables);
  for (const tag of selection.tags) {
    if (tag === "") {
      const hint = "Separate tags by single commas; without --tags all tables are chosen.";
      diagnostics.push(finding("LDP404", "The list of tags has an empty one.", null, { hint }));
    } else if (!known.has(tag)) diagnostics.push(unknownTag(tag, known, tables));
  }
  const matches = (table: Table) =>
    selection.tagMode === "and"
      ? selection.tags.every((tag) => table.tags.includes(tag))
      : selection.tags.some((tag) => table.tags.includes(tag));
  return new Set(tables.filter((table) => selection.tags.length === 0 || matches(table)).map((table) => table.name));
}

function evaluate(
  expression: string,
  tables: readonly Table[],
  graph: Graph,
  base: Base,
  diagnostics: Diagnostic[],
): ReadonlySet<string> {
  let terms: Term[];
  try {
    terms = parseExpression(expression);
  } catch (error) {
    if (!(error instanceof MalformedExpression)) throw error;
    diagnostics.push(finding("LDP404", error.message, null, error.hint === undefined ? {} : { hint: error.hint }));
    return new Set();
  }
  const sets = terms.map((term) => {
    const start = matching(term, tables, base, diagnostics);
    return new Set([
      ...reach(graph.upstream, start, term.upstream),
      ...reach(graph.downstream, start, term.downstream),
    ]);
  });
  const [first = new Set<string>(), ...others] = sets;
  return new Set([...first].filter((name) => others.every((each) => each.has(name))));
}

function matching(term: Term, tables: readonly Table[], base: Base, diagnostics: Diagnostic[]): string[] {
  const names = (predicate: (table: Table) => boolean) => tables.filter(predicate).map((table) => table.name);
  switch (term.method) {
    case "layer":
      return names((table) => table.layer === term.value);
    case "tag": {
      const found = names((table) => table.tags.includes(term.value));
      if (found.length === 0) diagnostics.push(unknownTag(term.value, tagsOf(tables), tables));
      return found;
    }
    case "path": {
      const matches = picomatch(term.value, { dot: true });
      const found = names((table) => matches(table.module));
      if (found.length === 0) {
        const hint =
          nearest(term.value, new Set(tables.map((table) => table.module))) ??
          "Give a glob such as path:transformations/gold/**.";
        diagnostics.push(finding("LDP402", `No table's module matches ${JSON.stringify(term.value)}.`, null, { hint }));
      }
      return found;
    }
    case "state": {
      const { changes, baseMissing } = base;
      if (!changes) {
        const [why, hint] =
          baseMissing === null
            ? ["", "Give --base REV, such as --base origin/main."]
            : [`, and there is none: ${baseMissing}`, "Mend that, or compare with another revision."];
        diagnostics.push(finding("LDP404", `"${term.text}" needs a base to compare with${why}.`, null, { hint }));
        return [];
      }
      // As elsewhere in the field, what is new counts as modified: it has to run too.
      const wanted = term.value === "modified" ? ["modified", "added"] : [term.value];
      return names((table) => wanted.includes(changes.get(table.name) ?? "unchanged"));
    }
    case "name": {
      const glob = /[*?]/.test(term.value);
      const pattern = new RegExp(`^${term.value.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".")}$`);
      const found = names((table) => (glob ? pattern.test(table.name) : table.name === term.value));
      if (found.length === 0) {
        const hint = nearestTable(term.value, tables) ?? "`ldp plan` lists all tables.";
        const message = glob
          ? `No table's name matches ${JSON.stringify(term.value)}.`
          : `There is no table ${JSON.stringify(term.value)}.`;
        diagnostics.push(finding("LDP402", message, null, { hint }));
      }
      return found;
    }
  }
}

/** What `state:` looks at. */
interface Base {
  readonly changes: ReadonlyMap<string, Change> | null;
  readonly baseMissing: string | null;
}

function tagsOf(tables: readonly Table[]): ReadonlySet<string> {
  return new Set(tables.flatMap((table) => table.tags));
}

/** What may be meant by a name that no table has: another table, or a tag. */
function nearestTable(name: string, tables: readonly Table[]): string | undefined {
  const tags = tagsOf(tables);
  if (tags.has(name)) return `"${name}" is a tag: tag:${name} chooses its tables.`;
  const table = nearest(
    name,
    tables.map((one) => one.name),
  );
  const tag = table === undefined ? nearestName(name, tags) : undefined;
  return tag === undefined ? table : `Did you mean ${JSON.stringify(`tag:${tag}`)}?`;
}

function unknownTag(tag: string, known: ReadonlySet<string>, tables: readonly Table[]): Diagnostic {
  const tags = [...known].sort(byCodePoint);
  const some = tags.slice(0, 10).join(", ") + (tags.length > 10 ? ", …" : "");
  const names = tables.map((table) => table.name);
  const hint = names.includes(tag)
    ? `"${tag}" is a table: --select ${tag} chooses it.`
    : (nearest(tag, tags) ??
      nearestAsTable(tag, names) ??
      (tags.length > 0 ? `Tags of this project: ${some}.` : "No table of this project has a tag."));
  return finding("LDP401", `No table has the tag ${JSON.stringify(tag)}.`, null, { hint });
}

function nearestAsTable(tag: string, names: readonly string[]): string | undefined {
  const name = nearestName(tag, names);
  return name === undefined
    ? undefined
    : `Did you mean the table ${JSON.stringify(name)}? --select ${name} chooses it.`;
}

function emptySelection(tables: readonly Table[], selection: Selection): Diagnostic {
  if (tables.length === 0) {
    const hint = "Declare a table in config.yml.";
    return finding("LDP403", "The project has no tables: there is nothing to run.", null, { hint });
  }
  const parts = [
    ...(selection.tags.length > 0
      ? [`tags ${selection.tags.join(selection.tagMode === "and" ? " and " : " or ")}`]
      : []),
    ...selection.select.map((text) => `select ${text}`),
    ...selection.exclude.map((text) => `exclude ${text}`),
  ];
  const hint =
    selection.tagMode === "and" && selection.tags.length > 1
      ? "Use --tag-mode or for tables that have any of the tags."
      : "Use fewer conditions.";
  return finding("LDP403", `No table is left by ${parts.join("; ")}.`, null, { hint });
}
