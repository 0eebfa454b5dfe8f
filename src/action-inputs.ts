import { UserError } from "./system/errors.js";

/** Every input of the action with its default, as action.yml has them. */
export const inputDefaults = {
  command: "auto",
  "working-directory": ".",
  config: "config.yml",
  environment: "",
  base: "",
  tags: "",
  "tag-mode": "or",
  select: "",
  exclude: "",
  mode: "batch",
  strict: "false",
  lint: "true",
  comment: "true",
  "comment-key": "",
  parts: "",
  "dag-artifact": "",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of the workflow language
  "github-token": "${{ github.token }}",
  "bundle-plan": "auto",
  "plan-artifacts": "false",
  "allow-destructive": "",
  "plan-binding": "enforce",
  "reviewed-plan": "",
  "override-reason": "",
  "force-lock": "false",
  "lock-timeout": "10",
  run: "false",
  "databricks-cli-version": "",
  "databricks-cli-base-url": "",
  "databricks-cli-sha256": "",
  "ruff-version": "",
} as const;

export type InputName = keyof typeof inputDefaults;

/** The outputs of the action, as action.yml has them. */
export const outputNames = [
  "valid",
  "errors",
  "warnings",
  "project",
  "plan-digest",
  "bundle-digest",
  "environments",
  "plan-environments",
  "plan-file",
  "report-file",
  "selected-tables",
  "changed-tables",
  "affected-tables",
  "has-changes",
  "destructive",
  "dag-file",
  "comment-url",
  "deployed",
] as const;

export type OutputName = (typeof outputNames)[number];

export type ActionCommand = "auto" | "validate" | "plan" | "lint" | "deploy" | "comment";

/** All inputs, read and checked once. Nothing reads an input later. */
export interface Inputs {
  readonly command: ActionCommand;
  readonly workingDirectory: string;
  /** Relative to the working directory. */
  readonly config: string;
  /** Null: the event tells. */
  readonly environment: string | null;
  /** A git revision to compare with; null: the event tells. */
  readonly base: string | null;
  readonly tags: readonly string[];
  readonly tagMode: "or" | "and";
  /** One expression a line. */
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly mode: "batch" | "full-refresh" | "streaming" | "validate";
  readonly strict: boolean;
  /** Which findings of ruff fail the job: all, those on changed lines, or none (it is not run then). */
  readonly lint: "true" | "changed" | "false";
  readonly comment: "true" | "changes-only" | "false";
  readonly commentKey: string;
  /** Report files of other jobs, or folders of them, that `comment` merges into one comment. */
  readonly parts: readonly string[];
  /** The name under which a later step uploads the page of the graph: the comment links to the run's artifacts then. */
  readonly dagArtifact: string | null;
  /** Null when there is none: nothing is asked of GitHub then. A secret: mask it before anything is printed. */
  readonly githubToken: string | null;
  readonly bundlePlan: "auto" | "off";
  /** Plan on a pull request although the bundle builds artifacts, which executes its build commands. */
  readonly planArtifacts: boolean;
  readonly allowDestructive: readonly string[];
  readonly planBinding: "enforce" | "warn" | "off";
  readonly reviewedPlan: string | null;
  /** Why a tag may be deployed that fails the checks of its history. */
  readonly overrideReason: string | null;
  readonly forceLock: boolean;
  /** Minutes that a deploy waits for a lock of someone else. */
  readonly lockTimeout: number;
  /** Whether an update is started after a deploy: of the changed tables with what is downstream of them, or of all. */
  readonly run: "false" | "changed" | "all";
  /** Null: what this release pins. */
  readonly databricksCliVersion: string | null;
  readonly databricksCliBaseUrl: string | null;
  /** Of archives that may be downloaded, in lower case; empty: what the release says. */
  readonly databricksCliSha256: readonly string[];
  readonly ruffVersion: string | null;
}

/**
 * Reads the action's inputs from the variables that a runner makes of them (INPUT_<NAME>, upper case, hyphens kept). An empty
 * value means the default, since a workflow passes on what its caller left out as an empty text.
 * Throws one UserError LDP901 that lists all wrong inputs.
 */
export function loadInputs(env: Readonly<Record<string, string | undefined>>): Inputs {
  const wrong: string[] = [];
  const text = (name: InputName): string => {
    const value = env[`INPUT_${name.toUpperCase()}`]?.trim() || inputDefaults[name];
    if (!value.includes("\0")) return value;
    wrong.push(`${name} has a NUL character`);
    return "";
  };
  const optional = (name: InputName): string | null => line(name) || null;
  const line = (name: InputName): string => {
    const value = text(name);
    if (/[\r\n]/.test(value)) wrong.push(`${name} must be one line`);
    return value;
  };
  const lines = (name: InputName, separator: RegExp): string[] =>
    text(name)
      .split(separator)
      .map((item) => item.trim())
      .filter((item) => item !== "");
  const choice = <T extends string>(name: InputName, choices: readonly [T, ...T[]]): T => {
    const value = text(name);
    const found = choices.find((item) => item === value || item === value.toLowerCase());
    if (found === undefined) wrong.push(`${name} is ${quoted(value)}, must be ${oneOf(choices)}`);
    return found ?? choices[0];
  };
  const flag = (name: InputName): boolean => choice(name, ["false", "true"]) === "true";
  const matching = (name: InputName, pattern: RegExp, form: string): string | null => {
    const value = optional(name);
    if (value !== null && !pattern.test(value)) wrong.push(`${name} is ${quoted(value)}, must be ${form}`);
    return value;
  };
  const minutes = (name: InputName): number => {
    const value = text(name);
    if (!/^\d{1,4}$/.test(value)) wrong.push(`${name} is ${quoted(value)}, must be a number of minutes`);
    return Number(value);
  };
  const hashes = (name: InputName): string[] => {
    const values = lines(name, /[,\s]/).map((value) => value.toLowerCase());
    const bad = values.find((value) => !/^[0-9a-f]{64}$/.test(value));
    if (bad !== undefined) wrong.push(`${name} has ${quoted(bad)}, must have 64 hex digits for each archive`);
    return values;
  };
  const token = optional("github-token");

  const inputs: Inputs = {
    command: choice("command", ["auto", "validate", "plan", "lint", "deploy", "comment"]),
    workingDirectory: line("working-directory"),
    config: line("config"),
    environment: optional("environment"),
    base: matching("base", /^[^-]/, "a git revision"),
    tags: lines("tags", /[,\n]/),
    tagMode: choice("tag-mode", ["or", "and"]),
    select: lines("select", /\n/),
    exclude: lines("exclude", /\n/),
    mode: choice("mode", ["batch", "full-refresh", "streaming", "validate"]),
    strict: flag("strict"),
    lint: choice("lint", ["true", "changed", "false"]),
    comment: choice("comment", ["true", "changes-only", "false"]),
    commentKey: line("comment-key"),
    parts: lines("parts", /\n/),
    dagArtifact: optional("dag-artifact"),
    githubToken: token === inputDefaults["github-token"] ? env.GITHUB_TOKEN || null : token,
    bundlePlan: choice("bundle-plan", ["auto", "off"]),
    planArtifacts: flag("plan-artifacts"),
    allowDestructive: lines("allow-destructive", /[,\s]/),
    planBinding: choice("plan-binding", ["enforce", "warn", "off"]),
    reviewedPlan: matching("reviewed-plan", /^sha256:[0-9a-f]{64}$/, "a bundle digest (sha256: and 64 hex digits)"),
    overrideReason: optional("override-reason"),
    forceLock: flag("force-lock"),
    lockTimeout: minutes("lock-timeout"),
    run: choice("run", ["false", "changed", "all"]),
    databricksCliVersion: optional("databricks-cli-version"),
    databricksCliBaseUrl: matching("databricks-cli-base-url", /^https?:\/\/[^/\s]+/, "an http(s) address"),
    databricksCliSha256: hashes("databricks-cli-sha256"),
    ruffVersion: optional("ruff-version"),
  };
  if (inputs.command === "comment" && inputs.parts.length === 0) {
    wrong.push("parts is empty, must name the report files that the command comment merges");
  }
  if (wrong.length > 0) {
    throw new UserError(
      "LDP901",
      `wrong input${wrong.length > 1 ? "s" : ""}: ${wrong.join("; ")}`,
      "See action.yml for all inputs.",
    );
  }
  return inputs;
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}

function oneOf(choices: readonly string[]): string {
  const marked = choices.map((choice) => `\`${choice}\``);
  return `${marked.slice(0, -1).join(", ")} or ${marked.at(-1)}`;
}
