import { type Diagnostic, type Place, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearestName } from "../diagnostics/nearest.js";
import { byCodePoint } from "../order.js";
import type { Project, Table } from "../project/model.js";
import { openResolver, type Resolution, type Resolver } from "./dependencies.js";
import { isIgnored } from "./ignore.js";
import { indexNames, matchTable } from "./match.js";
import type { Dataset, ModuleReading, Read, Sources } from "./model.js";
import { splitName } from "./names.js";
import { tablesByModule } from "./read.js";

/**
 * Compares what the modules say with config.yml, both ways: LDP105 for modules, LDP302 to LDP308, sorted. LDP301 is found where
 * config.yml is read. Findings on lines with `# ldp: ignore` are left out.
 */
export function checkSources(project: Project, sources: Sources): Diagnostic[] {
  const resolver = openResolver(project, sources);
  const names = new Set(project.tables.map((table) => table.name));
  const claimed = new Set([...sources.tables.values()].map((source) => source.dataset));
  const tablesIn = tablesByModule(project);
  const found = [
    ...[...sources.modules.values()].flatMap((module) => checkModule(module, tablesIn.get(module.path) ?? [])),
    ...project.tables.flatMap((table) => checkDefinition(table, project, sources, claimed)),
    ...project.tables.flatMap((table) => checkDependencies(table, project, sources, resolver, names)),
    ...checkDoubles(project, sources, tablesIn),
    ...project.tables.flatMap((table) => checkActions(table, sources)),
  ];
  return sortDiagnostics(once(found).filter((one) => !isSwitchedOff(one, sources)));
}

function isSwitchedOff(one: Diagnostic, sources: Sources): boolean {
  const module = one.file === null ? undefined : sources.modules.get(one.file);
  return module !== undefined && one.line !== null && isIgnored(module.ignores, one.code, one.line);
}

/** A place in a helper is seen by every table that uses it; it is told once. */
export function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((one) => {
    if (one.code !== "LDP306" && one.code !== "LDP308") return true;
    const key = `${one.code} ${one.file}:${one.line}:${one.column}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function checkModule(module: ModuleReading, tables: readonly Table[]): Diagnostic[] {
  const [first, ...others] = tables;
  const table = first !== undefined && others.length === 0 ? { table: first.name } : {};
  if (module.tooBig) {
    const place = { file: module.path, line: 1, column: 1 };
    const hint = "Split it into modules, or generate fewer tables in one.";
    return [
      finding("LDP105", `The module ${module.path} is too big, or nested too deep, to be read.`, place, {
        hint,
        ...table,
      }),
    ];
  }
  if (module.syntaxError === null) return [];
  const { message, place } = module.syntaxError;
  const language = module.path.endsWith(".sql") ? "SQL" : "Python 3";
  return [
    finding("LDP302", `The module ${module.path} is no ${language}: ${message}.`, place, {
      hint: "Mend the line.",
      ...table,
    }),
  ];
}

function checkDefinition(
  table: Table,
  project: Project,
  sources: Sources,
  claimed: ReadonlySet<Dataset | null>,
): Diagnostic[] {
  const source = sources.tables.get(table.name);
  const module = sources.modules.get(table.module);
  if (source === undefined || source.dataset !== null || module === undefined) return [];
  if (module.tooBig || module.syntaxError !== null) return [];
  const unnamed = module.datasets.find((dataset) => dataset.name === null && dataset.definedBy !== "SELECT");
  if (unnamed !== undefined) {
    const message = `The name of a dataset can't be told from the text: it may be "${table.name}".`;
    const hint = "Write the name out, or put it together from constants.";
    return [finding("LDP306", message, unnamed.place, { table: table.name, hint })];
  }
  const free = module.datasets.filter((dataset) => dataset.name !== null && !claimed.has(dataset) && !dataset.flowOnly);
  const near = nearestDefinition(table.name, free);
  const related = [{ ...table.place, message: `"${table.name}" is declared here.` }];
  if (near === null) {
    const message =
      module.datasets.length === 0
        ? `The module ${module.path} defines no dataset; "${table.name}" should be there.`
        : `The module ${module.path} does not define "${table.name}".`;
    const hint = `Define it there, or name the file that does in \`module\` of ${project.configFile}.`;
    return [
      finding("LDP303", message, { file: module.path, line: 1, column: 1 }, { table: table.name, hint, related }),
    ];
  }
  const message = `The module ${module.path} defines "${near.name}", not "${table.name}".`;
  const hint = `Call the dataset "${table.name}" (name=, or the function's name), or correct \`name\` in ${project.configFile}.`;
  return [finding("LDP303", message, near.place, { table: table.name, hint, related })];
}

function nearestDefinition(name: string, datasets: readonly Dataset[]): Dataset | null {
  const names = new Map(datasets.map((dataset) => [dataset.name ?? "", dataset]));
  const near = nearestName(name, names.keys());
  return (near === undefined ? undefined : names.get(near)) ?? datasets[0] ?? null;
}

function checkDependencies(
  table: Table,
  project: Project,
  sources: Sources,
  resolver: Resolver,
  names: ReadonlySet<string>,
): Diagnostic[] {
  const source = sources.tables.get(table.name);
  const module = sources.modules.get(table.module);
  if (!source?.dataset || module === undefined) return [];
  const resolutions = resolver.resolve(source.dataset, table.module, table.name);
  return [
    ...undeclared(table, project, source.dataset, resolutions),
    ...(module.tooBig || module.syntaxError !== null ? [] : unread(table, project, names, source.dataset, resolutions)),
    ...untold(table, resolutions),
  ];
}

/** LDP304, once a dependency, at the first read. */
function undeclared(
  table: Table,
  project: Project,
  dataset: Dataset,
  resolutions: readonly Resolution[],
): Diagnostic[] {
  const declared = new Set(table.dependsOn.map((item) => item.name));
  const first = new Map<string, Place>();
  for (const one of resolutions) {
    if (one.kind !== "table" || declared.has(one.name)) continue;
    const known = first.get(one.name);
    if (known === undefined || isBefore(one.read.place, known, dataset.place.file)) first.set(one.name, one.read.place);
  }
  return [...first].map(([name, place]) => {
    const hint = `Add ${name} to its depends_on in ${project.configFile}; \`ldp import --update\` does it for all tables.`;
    const related = [{ ...table.place, message: `"${table.name}" is declared here.` }];
    return finding("LDP304", `"${table.name}" reads "${name}", which its depends_on lacks.`, place, {
      table: table.name,
      hint,
      related,
    });
  });
}

/** Places in the module itself come before those in helpers. */
function isBefore(a: Place, b: Place, module: string): boolean {
  const rank = (place: Place) => (place.file === module ? 0 : 1);
  return (rank(a) - rank(b) || byCodePoint(a.file, b.file) || a.line - b.line || a.column - b.column) < 0;
}

/** LDP305. A read that can't be told may be any of them, so that depends_on counts. */
function unread(
  table: Table,
  project: Project,
  names: ReadonlySet<string>,
  dataset: Dataset,
  resolutions: readonly Resolution[],
): Diagnostic[] {
  if (resolutions.some((one) => one.kind === "unresolved")) return [];
  const read = new Set(
    resolutions.flatMap((one) => (one.kind === "table" ? [one.name] : one.kind === "ambiguous" ? one.candidates : [])),
  );
  const strangers = resolutions.filter((one) => one.kind === "external");
  const seen = new Set<string>();
  return table.dependsOn.flatMap(({ name, place }) => {
    if (read.has(name) || !names.has(name) || name === table.name || seen.has(name)) return [];
    seen.add(name);
    const related = [{ ...dataset.place, message: `"${table.name}" is defined here.` }];
    const hint =
      misspelt(name, project, strangers) ??
      `Remove ${name} from depends_on, or read it; \`ldp import --update\` does the first.`;
    const message = `"${table.name}" depends on "${name}", which its code does not read.`;
    return [finding("LDP305", message, place, { table: table.name, hint, related })];
  });
}

/**
 * A read of no table of the project that is near to a dependency's name: likely a slip, and the dependency is right. One that names
 * another schema than the project's is of another project.
 */
function misspelt(
  dependency: string,
  project: Pick<Project, "catalog" | "schema">,
  strangers: readonly Resolution[],
): string | undefined {
  const [wanted = dependency, ...above] = splitName(dependency).reverse();
  const own = new Set(["live", project.catalog, project.schema, ...above].map((part) => part?.toLowerCase()));
  const reads = new Map<string, Read>();
  for (const { read } of strangers) {
    const [last, ...others] = splitName(read.table ?? "").reverse();
    if (last !== undefined && others.every((part) => part.includes("{") || own.has(part.toLowerCase()))) {
      reads.set(last, read);
    }
  }
  const near = nearestName(wanted, reads.keys());
  const read = near === undefined ? undefined : reads.get(near);
  if (read === undefined) return undefined;
  const { file, line } = read.place;
  return `${file}:${line} reads "${read.table}", which is no table of this project: did you mean "${dependency}"?`;
}

/** LDP306, once a place. */
function untold(table: Table, resolutions: readonly Resolution[]): Diagnostic[] {
  return resolutions.flatMap((one) => {
    if (one.kind === "ambiguous") {
      const hint = `Write the schema too: ${one.candidates.join(" or ")}.`;
      const message = `"${one.read.table}" may be ${one.candidates.map((name) => `"${name}"`).join(" or ")}; depends_on counts.`;
      return [finding("LDP306", message, one.read.place, { table: table.name, hint })];
    }
    if (one.kind !== "unresolved") return [];
    const shown = one.read.table ?? one.read.text;
    const message = `The table that \`${shown}\` reads can't be told from the text; depends_on of "${table.name}" counts.`;
    const hint = "Write the name out, or put it together from constants, to have it checked.";
    return [finding("LDP306", message, one.read.place, { table: table.name, hint })];
  });
}

/** LDP307, at the second of two modules, in the order of config.yml and then of their paths. */
function checkDoubles(
  project: Project,
  sources: Sources,
  tablesIn: ReadonlyMap<string, readonly Table[]>,
): Diagnostic[] {
  const index = indexNames(
    project.tables.map((table) => table.name),
    project,
  );
  const claims = new Map<Dataset, string>();
  for (const source of sources.tables.values()) if (source.dataset !== null) claims.set(source.dataset, source.table);
  const order = [
    ...new Set([...project.tables.map((table) => table.module), ...[...sources.modules.keys()].sort(byCodePoint)]),
  ];
  const first = new Map<string, { dataset: Dataset; module: string }>();
  const found: Diagnostic[] = [];
  for (const path of order) {
    const pipelines = [...new Set(tablesIn.get(path)?.map((table) => table.pipeline))].join();
    for (const dataset of sources.modules.get(path)?.datasets ?? []) {
      const name = claims.get(dataset) ?? dataset.name;
      if (name === null || dataset.flowOnly === true || dataset.definedBy === "SELECT") continue;
      const match = claims.has(dataset) ? null : matchTable(name, index, null);
      const identity = match?.kind === "table" ? match.name.toLowerCase() : name.toLowerCase();
      // A view lives in its pipeline only: two pipelines may each have one of that name.
      const key = dataset.kind === "temporary_view" ? `${identity} ${pipelines}` : identity;
      const known = first.get(key);
      if (known === undefined) first.set(key, { dataset, module: path });
      else if (known.module !== path) {
        const related = [{ ...known.dataset.place, message: `"${name}" is defined here first.` }];
        const message = `"${name}" is defined in ${known.module} already.`;
        found.push(
          finding("LDP307", message, dataset.place, {
            table: name,
            hint: "Remove one of the two, or rename it.",
            related,
          }),
        );
      }
    }
  }
  return found;
}

function checkActions(table: Table, sources: Sources): Diagnostic[] {
  const dataset = sources.tables.get(table.name)?.dataset;
  return (dataset?.actions ?? []).map(({ text, place }) => {
    const message = `\`${text}\` in the dataset function of "${table.name}" runs each time the pipeline is planned.`;
    const hint = "Only define and return a DataFrame there; `# ldp: ignore LDP308` on the line accepts it.";
    return finding("LDP308", message, place, { table: table.name, hint });
  });
}
