/**
 * What goes wrong with requests. `status`, `secondary-limit` and `rate-limit` answer in place of GitHub, `html` like a proxy; `slow`
 * answers late; `reset` breaks the connection before the request is done, `lose-answer` after.
 */
export interface Fault {
  readonly kind: "status" | "secondary-limit" | "rate-limit" | "html" | "slow" | "reset" | "lose-answer";
  /** Default: all. */
  readonly method?: string;
  /** A part of the path. Default: all. */
  readonly path?: string;
  /** How many requests it hits; default 1. */
  readonly times?: number;
  /** Requests that it matches and lets pass before. */
  readonly skip?: number;
  readonly status?: number;
  /** Seconds, of `secondary-limit` and `rate-limit`. */
  readonly retryAfter?: number;
  /** Milliseconds, of `slow`. */
  readonly delay?: number;
}

export class Faults {
  readonly #armed: { readonly fault: Fault; skip: number; left: number }[] = [];
  /** How often one acted: a test that never met its fault proves nothing. */
  met = 0;

  add(fault: Fault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  /** The fault that hits a request, if any. */
  next(method: string, path: string): Fault | null {
    const armed = this.#armed.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.method === undefined || fault.method === method) &&
        (fault.path === undefined || path.includes(fault.path)),
    );
    if (!armed) return null;
    if (armed.skip > 0) {
      armed.skip -= 1;
      return null;
    }
    armed.left -= 1;
    this.met += 1;
    return armed.fault;
  }
}
