import type { EnvironmentPlan } from "../../bundle/model.js";
import { byCodePoint } from "../../order.js";
import type { Plan } from "../../plan/model.js";
import type { Report } from "../report.js";

/**
 * One report a project from the parts that parallel jobs made, in the order of their folders. Each environment is kept once: a
 * failure before a plan, a plan before "skipped". Where parts of one project are of different code, a note says so.
 */
export function mergeReports(parts: readonly Report[]): Report[] {
  const byDirectory = new Map<string, Report>();
  for (const part of parts) {
    const directory = part.directory.replace(/^\.\/|\/+$/g, "") || ".";
    const given = { ...part, directory };
    const earlier = byDirectory.get(directory);
    byDirectory.set(directory, earlier === undefined ? given : merge(earlier, given));
  }
  return [...byDirectory.values()].sort((a, b) => byCodePoint(a.directory, b.directory));
}

function merge(a: Report, b: Report): Report {
  const plan = better(a.plan, b.plan);
  const differing = [
    ...(a.plan.project !== null && b.plan.project !== null && a.plan.project !== b.plan.project ? ["code"] : []),
    ...(a.links.commit !== null && b.links.commit !== null && a.links.commit !== b.links.commit ? ["commits"] : []),
  ];
  const note = `Parts of this plan were made from different ${differing.join(" and ")}: run the jobs again.`;
  const notes = [...new Set([...(a.notes ?? []), ...(b.notes ?? []), ...(differing.length > 0 ? [note] : [])])];
  return {
    ...a,
    plan: { ...plan, diagnostics: union(a.plan.diagnostics, b.plan.diagnostics) },
    environments: environments([...a.environments, ...b.environments]),
    lint: a.lint ?? b.lint,
    lintReason: a.lint === null && b.lint === null ? (a.lintReason ?? b.lintReason) : null,
    links: {
      repository: a.links.repository ?? b.links.repository,
      pullRequest: a.links.pullRequest ?? b.links.pullRequest,
      commit: a.links.commit ?? b.links.commit,
      run: a.links.run ?? b.links.run,
      dag: a.links.dag ?? b.links.dag,
    },
    versions: { ...b.versions, ...a.versions },
    ...(notes.length > 0 ? { notes } : {}),
  };
}

/** The plan that says more: a valid one before an invalid one, one with a base before one without. */
function better(a: Plan, b: Plan): Plan {
  const worth = (plan: Plan) =>
    Number(plan.project !== null) * 4 + Number(plan.base !== null) * 2 + Number(plan.digest !== null);
  return worth(b) > worth(a) ? b : a;
}

const rank = { failed: 0, planned: 1, skipped: 2 } as const;

/** Each environment once, in the order of their first appearance. */
function environments(all: readonly EnvironmentPlan[]): EnvironmentPlan[] {
  const byName = new Map<string, EnvironmentPlan>();
  for (const one of all) {
    const earlier = byName.get(one.environment);
    if (earlier === undefined || rank[one.status] < rank[earlier.status]) byName.set(one.environment, one);
  }
  return [...byName.values()];
}

function union<T>(a: readonly T[], b: readonly T[]): T[] {
  const known = new Set(a.map((one) => JSON.stringify(one)));
  return [...a, ...b.filter((one) => !known.has(JSON.stringify(one)))];
}
