import { UserError } from "../system/errors.js";
import type { RunProcess } from "../system/process.js";
import { cliEnvironment, secretValues, type Variables } from "./environment.js";
import { cleanOutput, lastLines } from "./output.js";

/** What the bundle's commands need of the world: injected, so that a test plays it. */
export interface Tools {
  readonly run: RunProcess;
  readonly env: Variables;
  /** Waits some milliseconds; ends early when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** One line of progress, clean of secrets and workflow commands. */
  readonly log: (line: string) => void;
  /** Aborted when the job is cancelled. */
  readonly signal?: AbortSignal;
  /** A folder for plan files, which may hold values: not in the project. */
  readonly temporary: string;
}

export interface CliResult {
  readonly ok: boolean;
  readonly code: number | null;
  readonly stdout: string;
  /** As it came, with whatever secrets it holds: for a plan file, which must be deployed as it is. Never to be shown. */
  readonly rawStdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** Minutes and seconds it took, for messages. */
  readonly milliseconds: number;
}

export interface CallOptions {
  /** Milliseconds after which the command is killed. */
  readonly timeout: number;
  /** A step that only reads is tried again after a failure that may pass. Default: 1, never again. */
  readonly attempts?: number;
  readonly cwd?: string;
  readonly onStderrLine?: (line: string) => void;
  /** When the job is cancelled the command is stopped only after this: what it is in the middle of may have to be known. */
  readonly beforeStop?: () => Promise<void>;
  /** Runs even when the job is being cancelled: to tidy up. */
  readonly evenCancelled?: boolean;
}

/** The Databricks CLI in the bundle's folder. */
export interface BundleCli {
  readonly path: string;
  readonly version: string;
  call(args: readonly string[], options: CallOptions): Promise<CliResult>;
}

/** Waits; ends at once when the signal is, or gets, aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end);
  });
}

export const limits = {
  version: 30_000,
  look: 120_000,
  validate: 3 * 60_000,
  plan: 10 * 60_000,
  summary: 5 * 60_000,
  deploy: 60 * 60_000,
  run: 6 * 60 * 60_000,
} as const;

/** A signal that is aborted once `ready` has ended, after another was. */
function delayed(signal: AbortSignal, ready: CallOptions["beforeStop"]): AbortSignal {
  if (ready === undefined) return signal;
  const stop = new AbortController();
  const wait = () => void ready().finally(() => stop.abort());
  if (signal.aborted) wait();
  else signal.addEventListener("abort", wait, { once: true });
  return stop.signal;
}

const HEARTBEAT = 30_000;

// Failures of the network or the service, as the CLI and its SDK word them. A refusal of the service is none.
const passing =
  /connection reset|connection refused|broken pipe|unexpected EOF|: EOF\b|i\/o timeout|TLS handshake timeout|no such host|context deadline exceeded|\((429|5\d\d) [A-Z_]+\)|HTTP Status: (429|5\d\d)\b/i;

/**
 * The one way to the CLI: an environment made for it, a time limit, clean output. A read-only step is tried again, after 2 and
 * 6 seconds, where its failure may pass; nothing else ever is.
 * Throws UserError LDP907 when the program can't be started.
 * @param restricted see cliEnvironment
 */
export function bundleCli(
  found: { readonly path: string; readonly version: string },
  directory: string,
  restricted: boolean,
  tools: Tools,
): BundleCli {
  const env = cliEnvironment(tools.env, restricted);
  const secrets = secretValues(tools.env);

  const once = async (args: readonly string[], options: CallOptions): Promise<CliResult> => {
    const started = tools.now();
    const beat = setInterval(() => {
      tools.log(`${describe(args)} is still running (${Math.round((tools.now() - started) / 1000)} s)`);
    }, HEARTBEAT);
    const finished = await tools.run(found.path, args, {
      cwd: options.cwd ?? directory,
      env,
      timeout: options.timeout,
      ...(options.onStderrLine
        ? { onStderrLine: (line: string) => options.onStderrLine?.(cleanOutput(line, secrets)) }
        : {}),
      ...(tools.signal && !options.evenCancelled ? { signal: delayed(tools.signal, options.beforeStop) } : {}),
    });
    clearInterval(beat);
    if (finished.startError) {
      throw new UserError(
        "LDP907",
        `the Databricks CLI at ${found.path} could not be started: ${finished.startError.message}`,
        "Check that it is a program for this machine, or leave it to be downloaded.",
      );
    }
    return {
      ok: finished.code === 0 && !finished.timedOut,
      code: finished.code,
      stdout: cleanOutput(finished.stdout, secrets),
      rawStdout: finished.stdout,
      stderr: cleanOutput(finished.stderr, secrets),
      timedOut: finished.timedOut,
      cancelled: (tools.signal?.aborted ?? false) && !options.evenCancelled,
      milliseconds: tools.now() - started,
    };
  };

  return {
    ...found,
    call: async (args, options) => {
      for (let attempt = 1; ; attempt++) {
        const result = await once(args, options);
        const again = !result.ok && !result.timedOut && !result.cancelled && passing.test(result.stderr);
        if (!again || attempt >= (options.attempts ?? 1)) return result;
        const wait = 2_000 * 3 ** (attempt - 1);
        const why =
          /^Error: (.*)$/m.exec(result.stderr)?.[1] ?? lastLines(result.stderr, 1)[0] ?? `status ${result.code}`;
        tools.log(`${describe(args)} failed (${why}); trying again in ${wait / 1000} s`);
        await tools.sleep(wait, tools.signal);
      }
    },
  };
}

function describe(args: readonly string[]): string {
  return `databricks ${args.slice(0, 2).join(" ")}`;
}
