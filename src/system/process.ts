import { spawn } from "node:child_process";

/** A finished child process. Output is text, cut to the limit from the front. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** The program could not be started: not found, not executable. */
  readonly startError: NodeJS.ErrnoException | null;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which the child and what it started are killed. */
  readonly timeout: number;
  readonly input?: string;
  /** Bytes kept of each stream; the rest is dropped from the front (stderr) or the end (stdout). */
  readonly limit?: number;
  /** Takes stdout piece by piece, for output that may be too big to keep: `stdout` is empty then. */
  readonly onStdout?: (chunk: Buffer) => void;
  /** Called with each complete line of stderr as it comes. */
  readonly onStderrLine?: (line: string) => void;
  /** Stops the child like a time limit does. */
  readonly signal?: AbortSignal;
}

export type RunProcess = (command: string, args: readonly string[], options: RunOptions) => Promise<Finished>;

const GRACE = 3_000;

/**
 * The one way that a child process is started: no shell, a time limit, its output captured and never passed through (what a
 * tool prints could be a workflow command). Never throws: a program that can't be started is a `startError`.
 */
export const runProcess: RunProcess = (command, args, options) =>
  new Promise((resolve) => {
    const limit = options.limit ?? 64 * 1024 * 1024;
    const group = process.platform !== "win32";
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own, so that a time limit ends what the child started too.
      detached: group,
      windowsHide: true,
    });
    const out = new Capture(limit, "head");
    const err = new Capture(limit, "tail", options.onStderrLine);
    let timedOut = false;
    let startError: NodeJS.ErrnoException | null = null;

    const stop = (signal: NodeJS.Signals) => {
      if (child.pid === undefined) return;
      try {
        if (group) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // It has ended already.
      }
    };
    let killer: NodeJS.Timeout | undefined;
    const end = () => {
      stop("SIGTERM");
      killer ??= setTimeout(() => stop("SIGKILL"), GRACE);
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, options.timeout);
    options.signal?.addEventListener("abort", end, { once: true });
    if (options.signal?.aborted) end();

    child.stdout.on("data", options.onStdout ?? ((chunk: Buffer) => out.add(chunk)));
    child.stderr.on("data", (chunk: Buffer) => err.add(chunk));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      startError = error;
      if (child.pid === undefined) finish(null, null);
    });
    let finished = false;
    const finish = (code: number | null, signal: NodeJS.Signals | null) => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      clearTimeout(killer);
      options.signal?.removeEventListener("abort", end);
      resolve({ code, signal, stdout: out.text(), stderr: err.text(), timedOut, startError });
    };
    child.on("close", finish);
    // A grandchild may hold the pipes open after the child was killed.
    child.on("exit", (code, signal) => setTimeout(() => finish(code, signal), GRACE).unref());
  });

class Capture {
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #line = "";
  readonly #limit: number;
  readonly #keep: "head" | "tail";
  readonly #onLine: ((line: string) => void) | undefined;

  constructor(limit: number, keep: "head" | "tail", onLine?: (line: string) => void) {
    this.#limit = limit;
    this.#keep = keep;
    this.#onLine = onLine;
  }

  add(chunk: Buffer): void {
    if (this.#onLine) {
      const lines = (this.#line + chunk.toString("utf8")).split("\n");
      this.#line = lines.pop() ?? "";
      for (const line of lines) this.#onLine(line);
    }
    if (this.#keep === "head" && this.#size >= this.#limit) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#keep === "tail" && this.#size - (this.#chunks[0]?.length ?? 0) >= this.#limit) {
      this.#size -= this.#chunks.shift()?.length ?? 0;
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
