import type { Project } from "../project/model.js";
import { addTo } from "./group.js";
import { definesTable, indexNames, matchTable, type NameIndex } from "./match.js";
import type { Dataset, Read, Sources } from "./model.js";
import { lastPart } from "./names.js";

/** What a read of a table's code means for the project. */
export type Resolution =
  /** A table of config.yml. */
  | { readonly kind: "table"; readonly name: string; readonly read: Read }
  /** The table itself: looking at one's own schema is no dependency. */
  | { readonly kind: "self"; readonly read: Read }
  | { readonly kind: "external"; readonly read: Read }
  | { readonly kind: "ambiguous"; readonly candidates: readonly string[]; readonly read: Read }
  | { readonly kind: "unresolved"; readonly read: Read };

export interface Resolver {
  /**
   * What a dataset reads, with the reads of datasets in between that config.yml does not have (views of the same module, mostly) in
   * their place. `table` is the name that the dataset has in config.yml.
   */
  resolve(dataset: Dataset, module: string, table: string): readonly Resolution[];
}

/** Resolves reads to the tables of a project. One function for `check` and `import`. */
export function openResolver(
  project: Pick<Project, "catalog" | "schema"> & { tables: readonly { name: string }[] },
  sources: Sources,
): Resolver {
  const index = indexNames(
    project.tables.map((table) => table.name),
    project,
  );
  const between = intermediates(sources, index, project);

  const resolve = (dataset: Dataset, module: string, table: string, seen: Set<Dataset>): Resolution[] => {
    seen.add(dataset);
    return dataset.reads.flatMap((read): Resolution[] => {
      if (read.table === null || !read.resolved) return [{ kind: "unresolved", read }];
      const match = matchTable(read.table, index, table);
      if (match.kind === "ambiguous") return [{ ...match, read }];
      if (match.kind === "table") return match.name === table ? [{ kind: "self", read }] : [{ ...match, read }];
      const inner = between(read.table, module);
      if (inner === null) return [{ kind: "external", read }];
      return seen.has(inner.dataset) ? [] : resolve(inner.dataset, inner.module, table, seen);
    });
  };
  return { resolve: (dataset, module, table) => resolve(dataset, module, table, new Set()) };
}

/** Finds datasets that modules define and config.yml does not have. */
function intermediates(sources: Sources, index: NameIndex, project: Pick<Project, "catalog" | "schema">) {
  const claimed = new Set([...sources.tables.values()].map((source) => source.dataset));
  const byLastPart = new Map<string, { dataset: Dataset; module: string }[]>();
  for (const [module, reading] of sources.modules) {
    for (const dataset of reading.datasets) {
      if (dataset.name === null || claimed.has(dataset) || dataset.flowOnly === true) continue;
      if (matchTable(dataset.name, index, null).kind === "table") continue;
      addTo(byLastPart, lastPart(dataset.name), { dataset, module });
    }
  }
  return (name: string, module: string): { dataset: Dataset; module: string } | null => {
    const fitting = (byLastPart.get(lastPart(name)) ?? []).filter((entry) =>
      definesTable(name, entry.dataset.name ?? "", project),
    );
    return fitting.find((entry) => entry.module === module) ?? (fitting.length === 1 ? (fitting[0] ?? null) : null);
  };
}
