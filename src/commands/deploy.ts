import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pause } from "../bundle/cli.js";
import { deployEnvironment } from "../bundle/deploy.js";
import type { Variables } from "../bundle/environment.js";
import type { ToolCache } from "../bundle/install.js";
import type { DeployResult } from "../bundle/model.js";
import { type Diagnostic, sortDiagnostics } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { renderDeployJson } from "../render/json.js";
import { renderDeployText, type TextOptions } from "../render/text.js";
import { UserError } from "../system/errors.js";
import type { RunProcess } from "../system/process.js";
import { namedEnvironment } from "./environment.js";
import { makePlan } from "./make-plan.js";
import type { Outcome } from "./outcome.js";
import { isInvalid } from "./project-state.js";

export const deployFormats = ["text", "json"] as const;

export interface DeployCommandOptions {
  readonly directory: string;
  readonly config: string;
  readonly environment: string;
  /** `pipelines.x` or `resources.pipelines.x`. */
  readonly allowDestructive: readonly string[];
  /** A bundle digest; null: what was reviewed is not known here. */
  readonly reviewedPlan: string | null;
  readonly planOnly: boolean;
  readonly forceLock: boolean;
  /** Minutes to wait for the lock of someone else. */
  readonly lockTimeout: number;
  readonly format: (typeof deployFormats)[number];
  readonly text: TextOptions;
  readonly env: Variables;
  readonly runProcess: RunProcess;
  readonly toolCache: ToolCache | null;
  /** Takes progress, a line at a time: stderr. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

// What keeps a deploy from being tried at all; everything else is an answer of the bundle, the workspace or a gate.
const couldNotRun = new Set<string>([
  ...["LDP101", "LDP504", "LDP505", "LDP506", "LDP507", "LDP510", "LDP511", "LDP512", "LDP513", "LDP525", "LDP532"],
  ...["LDP906", "LDP907"],
]);

/**
 * `ldp deploy`: validates the project and the bundle, plans, gates, deploys. Whoever starts it answers for the branch.
 * Throws UserError LDP901 when config.yml has no such environment.
 */
export async function deployCommand(options: DeployCommandOptions): Promise<Outcome> {
  const { plan, checked } = makePlan({
    directory: options.directory,
    config: options.config,
    mode: "batch",
    selection: { tags: [], tagMode: "or", select: [], exclude: [] },
    base: null,
    strict: false,
    source: true,
  });
  const project = checked.state?.project;
  if (!project || isInvalid(checked.diagnostics, false)) return ended(options, null, checked.diagnostics);

  const environment = namedEnvironment(project, options.environment);
  const temporary = mkdtempSync(join(tmpdir(), "ldp-deploy-"));
  try {
    const result = await deployEnvironment({
      directory: options.directory,
      environment: environment.name,
      target: environment.target,
      trusted: true,
      allowBuild: true,
      project: plan.project,
      tables: plan.tables,
      baseTables: [],
      install: { version: null, baseUrl: null },
      toolCache: options.toolCache,
      tools: {
        run: options.runProcess,
        env: options.env,
        sleep: pause,
        now: Date.now,
        log: options.log,
        temporary,
        ...(options.signal ? { signal: options.signal } : {}),
      },
      allowDestructive: options.allowDestructive,
      binding: options.reviewedPlan === null ? "off" : "enforce",
      reviewed:
        options.reviewedPlan === null
          ? null
          : { digest: options.reviewedPlan, actions: null, where: "--reviewed-plan" },
      planOnly: options.planOnly,
      forceLock: options.forceLock,
      lockTimeout: options.lockTimeout * 60_000,
      run: null,
    });
    return ended(options, result, [
      ...checked.diagnostics,
      ...result.diagnostics,
      ...unchecked(options, environment.requires),
    ]);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** What the workflow checks and this command can't. */
function unchecked(options: DeployCommandOptions, requires: string | null): Diagnostic[] {
  if (options.planOnly) return [];
  const required = requires === null ? "" : `, whether \`requires: ${requires}\` holds`;
  const review = options.reviewedPlan === null ? ", and whether this plan was reviewed (no --reviewed-plan)" : "";
  return [
    finding("LDP614", `${options.environment}: not checked here: which branch this is${required}${review}`, null, {
      hint: "The workflow checks them; deploy through it where they matter.",
    }),
  ];
}

function ended(
  options: DeployCommandOptions,
  result: DeployResult | null,
  diagnostics: readonly Diagnostic[],
): Outcome {
  const outcome = {
    environment: options.environment,
    deployed: result?.outcome === "deployed",
    planOnly: options.planOnly,
    plan: result?.plan ?? null,
    diagnostics: sortDiagnostics(diagnostics),
  };
  const errors = diagnostics.filter((one) => one.severity === "error");
  const exit = errors.length === 0 ? 0 : errors.some((one) => couldNotRun.has(one.code)) ? 2 : 1;
  const stdout = () => {
    switch (options.format) {
      case "text":
        return renderDeployText(outcome, options.text) + links(result);
      case "json":
        return renderDeployJson(outcome);
    }
  };
  return { stdout: stdout(), stderr: "", exit };
}

function links(result: DeployResult | null): string {
  const known = result?.resources.filter((one) => one.url !== null) ?? [];
  return known.map((one) => `${one.resource}  ${one.url}\n`).join("");
}

/** The minutes of an option. Throws UserError LDP901 where it is no number. */
export function readMinutes(text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new UserError("LDP901", `${JSON.stringify(text)} is no number of minutes.`);
}

/** A bundle digest of an option; null for none. Throws UserError LDP901 where it is not the form of one. */
export function readDigest(text: string | null): string | null {
  if (text === null || /^sha256:[0-9a-f]{64}$/.test(text)) return text;
  throw new UserError(
    "LDP901",
    `--reviewed-plan ${JSON.stringify(text)} is no bundle digest.`,
    "It is sha256: and 64 hex digits: `bundle_digest` of `ldp deploy --plan-only --format json`.",
  );
}
