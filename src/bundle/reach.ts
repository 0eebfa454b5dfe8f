import type { Variables } from "./environment.js";

const unreachable =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|TimeoutError)$/;

/**
 * Why a host can't be reached, as the system's word (ENOTFOUND: there is no such host), or null where it answers, whatever it
 * answers, or where only the CLI could tell (behind a proxy). Sends no credentials. The CLI itself tries for many minutes without
 * a word, so that a mistyped host would look like a slow one.
 */
export async function whyUnreachable(host: string, env: Variables): Promise<string | null> {
  const proxy = Object.entries(env).some(([name, value]) => value && /^(https?|all)_proxy$/i.test(name));
  if (host === "" || proxy) return null;
  try {
    await fetch(`${host}/.well-known/databricks-config`, { redirect: "manual", signal: AbortSignal.timeout(10_000) });
    return null;
  } catch (error) {
    const word = codeOf(error);
    return word !== null && unreachable.test(word) ? word : null;
  }
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.name === "TimeoutError") return error.name;
  const cause = error.cause as { code?: unknown } | undefined;
  return typeof cause?.code === "string" ? cause.code : null;
}
