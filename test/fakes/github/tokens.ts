import { Refusal } from "./http.ts";

export type Access = "read" | "write";
/** Names as under `permissions:` of a job. */
export type Permission = "contents" | "issues" | "pull-requests" | "deployments";

/** What a token may do. `metadata: read` comes with every one. */
export interface TokenGrant {
  /** An installation token stands for an app, a personal one for a person. */
  readonly kind: "installation" | "personal";
  /** `github-actions[bot]`, or a person's. */
  readonly login: string;
  readonly id: number;
  readonly permissions: Readonly<Partial<Record<Permission, Access>>>;
}

export type Caller = TokenGrant;

export const actionsBot = { kind: "installation", login: "github-actions[bot]", id: 41_898_282 } as const;

/** The token of a job that has what the action asks for. */
export const jobToken: TokenGrant = {
  ...actionsBot,
  permissions: { contents: "read", "pull-requests": "write", deployments: "write" },
};

/** The token of a pull request from a fork: it may read, whatever the job asks for. */
export const forkToken: TokenGrant = {
  ...actionsBot,
  permissions: { contents: "read", issues: "read", "pull-requests": "read", deployments: "read" },
};

/** A permission that would do, one of several. */
export type Need = readonly (readonly [Permission, Access])[];

/** Refuses a caller that has none of the permissions, in GitHub's words for the kind of its token. */
export function mustHave(caller: Caller, need: Need): void {
  const has = need.some(([permission, access]) => {
    const granted = caller.permissions[permission];
    return granted === "write" || granted === access;
  });
  if (has || need.length === 0) return;
  throw new Refusal(
    403,
    `Resource not accessible by ${caller.kind === "installation" ? "integration" : "personal access token"}`,
  );
}

/** The header that tells what would have been accepted. */
export function acceptedHeader(need: Need): Record<string, string> {
  return need.length === 0
    ? {}
    : {
        "x-accepted-github-permissions": need
          .map(([name, access]) => `${name.replaceAll("-", "_")}=${access}`)
          .join("; "),
      };
}
