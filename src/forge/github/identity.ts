import type { Client } from "./client.js";

export interface Author {
  readonly id: number;
  readonly login: string;
  readonly type: string;
}

/**
 * Tells who we are: what another identity made (a comment, a deployment record) is not ours, whatever it says. An installation token, such as the job's own, may not read `/user`, but GraphQL's `viewer` answers to all.
 * An app is `name[bot]` in REST, and a person may be called `name`.
 */
export async function madeByUs(client: Client): Promise<(author: Author | null) => boolean> {
  const { viewer } = await client.graphql<{ viewer: { login: string } }>("query { viewer { login } }");
  const login = viewer.login.toLowerCase();
  const token = await client.auth();
  const installation = login.endsWith(suffix) || isInstallationToken(token);
  return (author) =>
    author !== null &&
    bare(author.login.toLowerCase()) === bare(login) &&
    (author.type === "Bot" || author.login.endsWith(suffix)) === installation;
}

const suffix = "[bot]";

function bare(login: string): string {
  return login.endsWith(suffix) ? login.slice(0, -suffix.length) : login;
}

function isInstallationToken(authentication: unknown): boolean {
  return (
    typeof authentication === "object" &&
    authentication !== null &&
    "token" in authentication &&
    typeof authentication.token === "string" &&
    authentication.token.startsWith("ghs_")
  );
}
