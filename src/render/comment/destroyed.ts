import type { EnvironmentPlan, LostTable, ResourceAction } from "../../bundle/model.js";
import { code } from "../escape/markdown.js";
import type { Report } from "../report.js";
import { actionWord, kindWord, plural, thousands } from "../words.js";
import { bytes, type Section } from "./budget.js";
import { destructive, projectName, type Scope } from "./scope.js";

/**
 * What is destroyed: never folded, and given room before everything else. Every resource stands with what happens to it, what
 * allows it, and its tables, the ones that lose history first. Where even that does not fitSections, tables become counts by what they
 * lose, the largest lists first; where the resources alone don't fitSections, their number is said and the first are named.
 */
export function destroyedSection(scopes: readonly Scope[]): Section | null {
  const groups = scopes.flatMap((scope) =>
    scope.report.environments
      .filter((environment) => destructive(environment).length > 0)
      .map((environment) => ({ scope, environment, actions: destructive(environment) })),
  );
  if (groups.length === 0) return null;
  return {
    priority: 0,
    share: 0.5,
    render: (budget) => {
      for (const tables of [Number.POSITIVE_INFINITY, 200, 50, 10, 3, 0]) {
        const text = block(
          groups.map((group) => ({ ...group, tables })),
          Number.POSITIVE_INFINITY,
        );
        if (bytes(text) <= budget) return text;
      }
      for (const resources of [200, 50, 20, 5, 1]) {
        const text = block(
          groups.map((group) => ({ ...group, tables: 0 })),
          resources,
        );
        if (bytes(text) <= budget) return text;
      }
      const total = groups.reduce((sum, group) => sum + group.actions.length, 0);
      return `> [!CAUTION]\n> **${plural(total, "resource")} that hold data are destroyed or recreated**: ${scopes[0]?.elsewhere ?? ""}\n\n`;
    },
  };
}

interface Group {
  readonly scope: Scope;
  readonly environment: EnvironmentPlan;
  readonly actions: readonly ResourceAction[];
  readonly tables: number;
}

function block(groups: readonly Group[], resources: number): string {
  const lines = groups.flatMap((group) => {
    const { scope, environment, actions } = group;
    const place = scope.several ? ` (${projectName(scope.report)})` : "";
    const hidden = actions.length - resources;
    return [
      `**Deploying ${code(environment.environment)}${place} destroys data.** It stops unless each resource is named.`,
      "",
      ...actions.slice(0, resources).flatMap((action) => resource(action, group)),
      ...(hidden > 0 ? [`- and ${plural(hidden, "more resource")}: ${scope.elsewhere}`] : []),
      "",
      ...allow(actions.slice(0, resources)),
      "",
    ];
  });
  while (lines.at(-1) === "") lines.pop();
  return `> [!CAUTION]\n${lines.map((line) => (line === "" ? ">" : `> ${line}`)).join("\n")}\n\n`;
}

function resource(action: ResourceAction, { scope, tables }: Group): string[] {
  const effects = ["history lost", "may be lost", "rebuilt"] as const;
  const sorted = effects.flatMap((effect) => action.lost.filter((table) => table.effect === effect));
  const renamed = action.renamedTo === undefined ? "" : `, its key is now ${code(action.renamedTo)}`;
  const gone = `${renamed}${action.gone ? ", gone on the workspace already" : ""}`;
  const head = `- ${code(action.resource)} is **${actionWord(action)}**${gone}`;
  if (sorted.length === 0) return [head];
  const summed = effects
    .map((effect) => ({ effect, count: sorted.filter((table) => table.effect === effect).length }))
    .filter(({ count }) => count > 0)
    .map(({ effect, count }) => `${thousands(count)} ${effect}`)
    .join(", ");
  const hidden = sorted.length - tables;
  const rest = hidden > 0 && tables > 0 ? [`  - and ${plural(hidden, "more table")}: ${scope.elsewhere}`] : [];
  const counted = tables === 0 ? `; ${scope.elsewhere}` : "";
  return [
    `${head} with ${plural(sorted.length, "table")} (${summed})${counted}`,
    ...sorted.slice(0, tables).map(lost),
    ...rest,
  ];
}

function lost(table: LostTable): string {
  const kind = kindWord(table.kind) || "kind not known";
  return `  - ${code(table.name, 120)}, ${kind}: **${table.effect}**`;
}

function allow(actions: readonly ResourceAction[]): string[] {
  if (actions.length === 0) return [];
  return [
    `To allow it: ${code(`allow-destructive: ${actions.map((action) => action.resource).join(", ")}`, Number.POSITIVE_INFINITY)}`,
  ];
}

/** Whether a report has anything that is destroyed. */
export function destroys(report: Report): boolean {
  return report.environments.some((environment) => destructive(environment).length > 0);
}
