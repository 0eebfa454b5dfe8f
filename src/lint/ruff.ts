import { UserError } from "../system/errors.js";
import type { Finished, RunProcess } from "../system/process.js";
import { howItEnded } from "./ended.js";
import { parseFinding, type RuffFinding } from "./finding.js";
import { type FormatChange, FormatDiffs } from "./format-diff.js";
import { JsonObjects } from "./json-objects.js";
import { type Environment, machineEnvironment, neutralFolder } from "./machine.js";
import type { Ruff } from "./ruff-find.js";

/** One set of files and settings that ruff is run over. */
export interface RuffRun {
  readonly ruff: Ruff;
  /** The project's folder, absolute and real. */
  readonly directory: string;
  /** The configuration's options; none where the project has its own. */
  readonly options: readonly string[];
  /** Absolute paths of files and folders. */
  readonly paths: readonly string[];
  /** Milliseconds that each of ruff's runs may take. */
  readonly timeout: number;
  readonly environment: Environment;
  readonly runProcess: RunProcess;
}

/** Bytes of one finding, its fix with it; a bigger one is counted only. */
const biggestFinding = 4 * 1024 * 1024;

/** Bytes of an output that a message may show. */
const shownBytes = 200;

/** `ruff check`: each finding is given as it comes; null for one that is too big to look at. */
export async function checkCode(run: RuffRun, onFinding: (finding: RuffFinding | null) => void): Promise<void> {
  let strange = 0;
  const objects = new JsonObjects(biggestFinding, (text) => {
    const finding = text === null ? null : parseFinding(text);
    if (text !== null && finding === null) strange++;
    else onFinding(finding);
  });
  const start = new Excerpt("head");
  const finished = await ruff(run, ["check", "--output-format", "json"], (chunk) => {
    start.add(chunk);
    objects.add(chunk);
  });
  if (finished.timedOut || finished.startError !== null || (finished.code !== 0 && finished.code !== 1))
    throw failure(run, "check", finished);
  if (!objects.whole || strange > 0) throw garbage("check", start);
}

/** `ruff format --diff`: each file or cell that would change is given as it comes. Files that do not parse are `checkCode`'s to tell. */
export async function checkFormat(run: RuffRun, onChange: (change: FormatChange) => void): Promise<void> {
  let changes = 0;
  const diffs = new FormatDiffs((change) => {
    changes++;
    onChange(change);
  });
  const start = new Excerpt("head");
  const finished = await ruff(run, ["format", "--diff"], (chunk) => {
    start.add(chunk);
    diffs.add(chunk);
  });
  diffs.end();
  const notParsed = finished.code === 2 && couldNotParse(finished);
  if (finished.timedOut || finished.startError !== null || (finished.code !== 0 && finished.code !== 1 && !notParsed))
    throw failure(run, "format", finished);
  if (changes > 0 ? finished.code === 0 : finished.code === 1 || start.text !== "") throw garbage("format", start);
}

/** Applies ruff's safe fixes, then its format. Gives how many findings were mended and how many files formatted. */
export async function fixCode(
  run: RuffRun,
  what: { readonly check: boolean; readonly format: boolean },
): Promise<{ readonly findings: number; readonly files: number }> {
  const end = new Excerpt("tail");
  if (what.check) {
    const finished = await ruff(run, ["check", "--fix", "--exit-zero", "--output-format", "concise"], (chunk) =>
      end.add(chunk),
    );
    if (finished.code !== 0) throw failure(run, "check --fix", finished);
  }
  const findings = Number(/\((\d+) fixed/.exec(end.text)?.[1] ?? 0);
  if (what.format) {
    const finished = await ruff(run, ["format"], (chunk) => end.add(chunk));
    if (finished.code !== 0 && !(finished.code === 2 && couldNotParse(finished)))
      throw failure(run, "format", finished);
  }
  return { findings, files: Number(/(\d+) files? reformatted/.exec(end.text)?.[1] ?? 0) };
}

async function ruff(run: RuffRun, command: readonly string[], onStdout: (chunk: Buffer) => void): Promise<Finished> {
  // An empty working directory: uvx finds no settings of the project there, and paths come out absolute.
  const folder = neutralFolder();
  try {
    return await run.runProcess(
      run.ruff.command,
      [...run.ruff.prefix, ...command, "--no-cache", "--force-exclude", ...run.options, "--", ...run.paths],
      {
        cwd: folder.path,
        timeout: run.timeout,
        env: machineEnvironment(run.environment, run.directory),
        limit: 1024 * 1024,
        onStdout,
      },
    );
  } finally {
    folder.remove();
  }
}

function couldNotParse(finished: Finished): boolean {
  return /^error: Failed to (parse|format|read) /m.test(finished.stderr);
}

function failure(run: RuffRun, command: string, finished: Finished): UserError {
  const cause = finished.stderr
    .trim()
    .replaceAll(/^\s*Cause: /gm, "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const said = cause
    .filter((line) => line !== "ruff failed")
    .join(": ")
    .replaceAll(/\p{Cc}+/gu, " ")
    .slice(0, 500);
  if (!finished.timedOut && finished.code === 2) {
    if (/required.version/i.test(said))
      return new UserError(
        "LDP705",
        `ruff ${run.ruff.version} (${run.ruff.from}) is not the version that the project requires: ${said}`,
        "Set ruff-version, or change required-version.",
      );
    if (/pyproject\.toml|ruff\.toml|selector|configuration|setting|Failed to parse/i.test(said))
      return new UserError(
        "LDP706",
        `ruff refuses the project's configuration: ${said}`,
        "Mend the setting in ruff.toml or [tool.ruff] of pyproject.toml.",
      );
  }
  return new UserError(
    "LDP704",
    `\`ruff ${command}\` (${run.ruff.version}, ${run.ruff.from}) ${howItEnded(finished, run.timeout)}`,
    finished.timedOut
      ? "Exclude big generated files in ruff's configuration, or raise LDP_LINT_TIMEOUT (seconds)."
      : "Run it by hand to see more.",
  );
}

function garbage(command: string, start: Excerpt): UserError {
  const shown = start.text === "" ? "nothing" : JSON.stringify(start.text);
  return new UserError(
    "LDP704",
    `\`ruff ${command}\` did not print its report, but ${shown}`,
    "Is the `ruff` on PATH the linter? Remove it, or install ruff again.",
  );
}

/** The first or last characters of an output. */
class Excerpt {
  #bytes = Buffer.alloc(0);
  readonly #part: "head" | "tail";

  constructor(part: "head" | "tail") {
    this.#part = part;
  }

  add(chunk: Buffer): void {
    if (this.#part === "tail")
      this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(-shownBytes)]).subarray(-shownBytes);
    else if (this.#bytes.length < shownBytes)
      this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(0, shownBytes - this.#bytes.length)]);
  }

  get text(): string {
    return this.#bytes.toString("utf8").trim();
  }
}
