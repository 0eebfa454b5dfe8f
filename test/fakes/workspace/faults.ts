import { setTimeout as sleep } from "node:timers/promises";
import type { Reply } from "./http.ts";
import { refuse } from "./http.ts";

/** Something that goes wrong. It acts on the requests that it matches, after letting `skip` of them through, `times` times. */
export interface Fault {
  readonly method?: string;
  /** A part of the decoded path. */
  readonly path?: string;
  readonly skip?: number;
  /** Default: 1. */
  readonly times?: number;
  /** `latency` comes before the request is heeded, `lag` between that and the answer. */
  readonly kind: "latency" | "lag" | "reset" | "status" | "hang" | "die";
  /** Of `latency` and `lag`. */
  readonly milliseconds?: number;
  /** Of `status`: 429, 500, 403, … */
  readonly status?: number;
  /** Of `status`: seconds in Retry-After. */
  readonly retryAfter?: number;
  readonly message?: string;
}

interface Armed {
  readonly fault: Fault;
  skip: number;
  times: number;
}

/** What to do with a request in place of answering it; `pass` answers it (after a delay, perhaps). */
export type Act =
  | { readonly kind: "pass"; readonly lag?: number }
  | { readonly kind: "reset" | "hang" | "die" }
  | { readonly kind: "reply"; readonly reply: Reply };

export class Faults {
  #armed: Armed[] = [];
  /** How often a fault has acted: a scenario that never met its fault proves nothing. */
  acted = 0;

  add(fault: Fault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  async act(method: string, path: string): Promise<Act> {
    const armed = this.#armed.find(({ fault, times }) => times > 0 && matches(fault, method, path));
    if (!armed) return { kind: "pass" };
    if (armed.skip > 0) {
      armed.skip--;
      return { kind: "pass" };
    }
    armed.times--;
    this.acted++;
    const { fault } = armed;
    if (fault.kind === "latency") {
      await sleep(fault.milliseconds ?? 200);
      return { kind: "pass" };
    }
    if (fault.kind === "lag") return { kind: "pass", lag: fault.milliseconds ?? 200 };
    return fault.kind === "status" ? { kind: "reply", reply: reply(fault) } : { kind: fault.kind };
  }
}

function matches(fault: Fault, method: string, path: string): boolean {
  return (fault.method === undefined || fault.method === method) && path.includes(fault.path ?? "");
}

function reply(fault: Fault): Reply {
  const status = fault.status ?? 500;
  const codes: Readonly<Record<number, string>> = {
    403: "PERMISSION_DENIED",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    503: "TEMPORARILY_UNAVAILABLE",
  };
  const refused = refuse(
    status,
    codes[status] ?? "UNKNOWN",
    fault.message ?? `The workspace answers ${status}, as the test wants.`,
  );
  return fault.retryAfter === undefined
    ? refused
    : { ...refused, headers: { "Retry-After": String(fault.retryAfter) } };
}
