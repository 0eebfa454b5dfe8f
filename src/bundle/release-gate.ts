import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import type { Answer, BranchPlace, PastDeployment } from "../forge/forge.js";

/** What is known of a tag's commit when it is to be deployed. An answer that the forge could not give is no "yes". */
export interface ReleaseFacts {
  readonly environment: string;
  readonly tag: string;
  readonly commit: string;
  readonly defaultBranch: string;
  /** Of the compare API, never of a checkout's history. */
  readonly onDefaultBranch: Answer<BranchPlace>;
  /** The environment of config.yml's `requires`; null: none. */
  readonly requires: string | null;
  /** Our own deployment record of the same tree and folder in `requires`; null where it is not required. */
  readonly deployed: Answer<PastDeployment | null> | null;
  /** Why the gate is to be passed all the same; null or empty: it is not. */
  readonly override: string | null;
}

export interface ReleaseGate {
  readonly allowed: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** The reason to record with the deployment, where one was needed. */
  readonly override: string | null;
  /** One line for the log and the summary: on what grounds it passed. */
  readonly grounds: string | null;
}

/**
 * Whether a tag may be deployed: its commit is a state of the default branch (LDP610), and the same files were deployed to the required
 * environment with success (LDP611); what could not be asked does not pass (LDP613). A given reason turns the refusals into one
 * LDP612, which is recorded.
 */
export function releaseGate(facts: ReleaseFacts): ReleaseGate {
  const { environment, tag, requires, deployed } = facts;
  const short = facts.commit.slice(0, 7);
  const refusals: Diagnostic[] = [];

  if (!facts.onDefaultBranch.ok) {
    refusals.push(
      unknown(`whether ${tag} (${short}) is on ${facts.defaultBranch} is not known`, facts.onDefaultBranch.finding),
    );
  } else if (facts.onDefaultBranch.value !== "state") {
    const where =
      facts.onDefaultBranch.value === "merged"
        ? `came to ${facts.defaultBranch} inside of a merged branch, and was never what ${facts.defaultBranch} held`
        : `is not on ${facts.defaultBranch}`;
    refusals.push(
      finding("LDP610", `${environment}: ${tag} (${short}) ${where}`, null, {
        hint: `Merge the commit to ${facts.defaultBranch}, and tag the merge. For a hotfix give \`override-reason\`.`,
      }),
    );
  }
  if (requires !== null && deployed !== null) {
    if (!deployed.ok)
      refusals.push(unknown(`whether ${tag} was deployed to ${requires} is not known`, deployed.finding));
    else if (deployed.value === null) {
      refusals.push(
        finding(
          "LDP611",
          `${environment}: the files of ${tag} (${short}) were never deployed to ${requires} with success`,
          null,
          {
            hint: `Deploy this commit to ${requires} first (merge it, or run the workflow for ${requires}), then run this job again. For a hotfix give \`override-reason\`.`,
          },
        ),
      );
    }
  }

  const reason = facts.override?.trim() ?? "";
  if (refusals.length === 0) return { allowed: true, diagnostics: [], override: null, grounds: grounds(facts) };
  if (reason === "") return { allowed: false, diagnostics: refusals, override: null, grounds: null };
  const overridden = refusals.map((one) => one.message).join("; ");
  return {
    allowed: true,
    diagnostics: [finding("LDP612", `${overridden}; deployed all the same, for the reason: ${reason}`, null)],
    override: reason,
    grounds: `overridden: ${reason}`,
  };
}

function unknown(message: string, cause: Diagnostic): Diagnostic {
  return finding("LDP613", `${message}: ${cause.message}`, null, cause.hint === undefined ? {} : { hint: cause.hint });
}

function grounds(facts: ReleaseFacts): string {
  const on = `${facts.tag} is on ${facts.defaultBranch}`;
  const record = facts.deployed?.ok ? facts.deployed.value : null;
  return record === null
    ? on
    : `${on}; the same files were deployed to ${facts.requires} at ${record.createdAt} (${record.sha.slice(0, 7)})`;
}
