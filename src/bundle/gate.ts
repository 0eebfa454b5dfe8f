import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearest } from "../diagnostics/nearest.js";
import type { EnvironmentPlan, LostTable, ResourceAction } from "./model.js";

export interface Gate {
  readonly allowed: boolean;
  /** Whether the plan destroys something that was acknowledged: only then is `--auto-approve` passed. */
  readonly approve: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Refuses a plan that destroys what was not named: LDP601 for each such resource, with the tables that die with it. LDP602 for
 * names that match nothing destructive, LDP603 for resources that `prevent_destroy` should guard.
 * @param allowed resources as `pipelines.etl` or `resources.pipelines.etl`; never a pattern
 * @param unguarded resources without `lifecycle.prevent_destroy` that hold data
 */
export function checkGate(plan: EnvironmentPlan, allowed: readonly string[], unguarded: readonly string[]): Gate {
  const named = new Set(allowed.map((name) => name.trim().replace(/^resources\./, "")).filter((name) => name !== ""));
  const destructive = plan.actions.filter((one) => one.destructive);
  const refused = destructive.filter((one) => !named.has(one.resource));
  const stale = [...named].filter((name) => !destructive.some((one) => one.resource === name));
  const diagnostics = [
    ...refused.map((one) =>
      finding("LDP601", `${plan.environment}: ${describe(one)}, and allow-destructive does not name it`, null, {
        hint: hint(one),
      }),
    ),
    ...stale.map((name) => {
      const near = nearest(
        name,
        destructive.map((one) => one.resource),
      );
      return finding(
        "LDP602",
        `${plan.environment}: allow-destructive names ${name}, which this plan does not destroy`,
        null,
        {
          hint: near ?? "Remove the name: left in place it would allow the next plan that destroys it.",
        },
      );
    }),
    ...(unguarded.length === 0
      ? []
      : [
          finding(
            "LDP603",
            `${plan.environment}: ${unguarded.join(", ")} ${unguarded.length > 1 ? "have" : "has"} no \`lifecycle.prevent_destroy\``,
            null,
            {
              hint: "Set `lifecycle: {prevent_destroy: true}`: the CLI itself then refuses to delete or recreate it, whoever deploys.",
            },
          ),
        ]),
  ];
  return { allowed: refused.length === 0, approve: refused.length === 0 && destructive.length > 0, diagnostics };
}

/** What is destroyed, in one clause: the resource, its action, and its tables by what happens to them. */
export function describe(action: ResourceAction): string {
  const verbs: Readonly<Record<string, string>> = { delete: "is deleted", recreate: "is deleted and created anew" };
  const verb = verbs[action.action] ?? `is to be ${action.action} (an action that this version does not know)`;
  const lost = describeLost(action.lost);
  return `${action.resource} ${verb}${lost === "" ? "" : `; with it ${lost}`}`;
}

/** `orders (history lost), revenue (rebuilt)`, streaming tables first. All names: a lost table is never cut. */
export function describeLost(lost: readonly LostTable[]): string {
  const rank = { "history lost": 0, "may be lost": 1, rebuilt: 2 } as const;
  return [...lost]
    .sort((a, b) => rank[a.effect] - rank[b.effect])
    .map((table) => `${table.name} (${table.effect})`)
    .join(", ");
}

function hint(action: ResourceAction): string {
  const name = `To allow it, name it: allow-destructive ${action.resource}.`;
  if (action.renamedTo === undefined) return name;
  const [, from] = action.resource.split(".");
  const [, to] = action.renamedTo.split(".");
  return `Its key was changed to ${action.renamedTo}: keep the key, or keep the resource under its new key with \`databricks bundle deployment unbind ${from}\` before and \`databricks bundle deployment bind ${to} ID\` after the change. ${name}`;
}
