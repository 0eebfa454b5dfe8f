import { isAbsolute, join, resolve } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { folderCache } from "../bundle/folder-cache.js";
import type { Selection } from "../plan/model.js";
import { modes } from "../project/model.js";
import { escapeTerminal } from "../render/escape/terminal.js";
import { renderErrorJson } from "../render/json.js";
import type { TextOptions } from "../render/text.js";
import { UserError } from "../system/errors.js";
import { runProcess } from "../system/process.js";
import { version } from "../version.js";
import { configFile } from "./config-file.js";
import { deployCommand, deployFormats, readDigest, readMinutes } from "./deploy.js";
import { doctorCommand } from "./doctor.js";
import { explainCommand } from "./explain.js";
import { graphCommand, graphFormats } from "./graph.js";
import { importCommand, importFormats } from "./import.js";
import { DEFAULT_ACTION_REF, initProject, renderInit } from "./init.js";
import { lintCommand, lintFormats } from "./lint.js";
import type { PlanOptions } from "./make-plan.js";
import type { Outcome } from "./outcome.js";
import { planCommand, planFormats } from "./plan.js";
import { renderUpgrade, upgradeProject } from "./upgrade.js";
import { validateCommand, validateFormats } from "./validate.js";

/**
 * Runs the `ldp` command.
 * @param args what follows `ldp` on the command line.
 * @returns the result; errors are results too, with the exit status of the contract. Only a bug throws nothing out of here: it
 * becomes LDP902 with its stack on stderr.
 */
export async function runCli(args: readonly string[], text: TextOptions): Promise<Outcome> {
  let outcome: Outcome | null = null;
  let help = "";
  let usage = "";
  const program = buildProgram(text, (result) => {
    outcome = result;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (written) => {
        help += written;
      },
      writeErr: (written) => {
        usage += written;
      },
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return { stdout: help, stderr: "", exit: 0 };
      const message = error.message.replace(/^error: /, "");
      return failure(new UserError("LDP901", message || "A command is missing.", "See `ldp --help`."), args, usage);
    }
    return failure(error, args, "");
  }
  return outcome ?? { stdout: help, stderr: "", exit: 0 };
}

function failure(error: unknown, args: readonly string[], usage: string): Outcome {
  const json = args.some((arg, index) => arg === "--format=json" || (arg === "json" && args[index - 1] === "--format"));
  if (error instanceof UserError) {
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    const stderr = usage || `${error.code}: ${error.message}${hint}\n`;
    return { stdout: json ? renderErrorJson(error.code, error.message, error.hint) : "", stderr, exit: 2 };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    stdout: json ? renderErrorJson("LDP902", message) : "",
    stderr: `LDP902: internal error, a bug of ldp: ${stack}\n`,
    exit: 2,
  };
}

function buildProgram(text: TextOptions, end: (outcome: Outcome) => void): Command {
  const program = new Command("ldp")
    .description("Validates, plans, draws, lints and deploys repositories of Lakeflow Spark Declarative Pipelines.")
    .version(version, "--version", "print the version")
    .helpOption("--help", "show this help")
    .helpCommand(false);
  const add = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .helpOption("--help", "show this help")
      .option("-C, --project <dir>", "the project's folder", ".")
      .option("--config <file>", "the config file, relative to the project", "config.yml");

  withFormat(add("validate", "check config.yml, the modules and the graph"), validateFormats)
    .option("--strict", "count warnings as errors", false)
    .option("--no-source", "read no module")
    .action((options) => end(validateCommand({ ...common(options), ...options, text })));

  withFormat(withSelection(add("plan", "what would run, and what changed since a revision")), planFormats)
    .option("--environment <name>", "plan the bundle of this environment too")
    .action(async (options) => {
      const { format, environment = null } = options;
      end(await planCommand({ ...planOptions(options), ...bundleTools(), environment, format, text, log: progress }));
    });

  withFormat(withSelection(add("graph", "draw the DAG")), graphFormats)
    .option("--output <file>", "write to a file in place of stdout")
    .action(async (options) => {
      end(
        await graphCommand({ ...planOptions(options), format: options.format, output: options.output ?? null, text }),
      );
    });

  withFormat(add("lint", "ruff over the Python of the project"), lintFormats)
    .option("--fix", "apply the fixes that are safe, and format", false)
    .action(async (options) => {
      const { format, fix } = options;
      end(await lintCommand({ ...common(options), format, fix, environment: process.env, runProcess, text }));
    });

  withFormat(add("deploy", "validate, plan, gate and deploy the bundle of an environment"), deployFormats)
    .requiredOption("--environment <name>", "an environment of config.yml")
    .option(
      "--allow-destructive <resource>",
      "a resource that may be deleted or recreated; repeatable",
      collectNames,
      [],
    )
    .option("--reviewed-plan <digest>", "deploy only the plan with this bundle digest")
    .option("--plan-only", "stop after the gate", false)
    .option("--force-lock", "take the deploy lock away from whoever holds it", false)
    .option("--lock-timeout <minutes>", "how long to wait for the lock of someone else", "10")
    .action(async (options) => {
      const { environment, allowDestructive, planOnly, forceLock, format } = options;
      end(
        await deployCommand({
          ...common(options),
          ...bundleTools(),
          environment,
          allowDestructive,
          reviewedPlan: readDigest(options.reviewedPlan ?? null),
          planOnly,
          forceLock,
          lockTimeout: readMinutes(options.lockTimeout),
          format,
          text,
          log: progress,
          signal: cancelled(),
        }),
      );
    });

  add("doctor", "what a deploy from here would use: the CLI, the login, the workspace").action(async (options) =>
    end(await doctorCommand({ ...common(options), ...bundleTools(), text })),
  );

  withFormat(add("init", "write a new project; a file that is there is never overwritten"), ["text"])
    .argument("<dir>", "the project's folder, relative to -C")
    .option("--name <name>", "the bundle's name; default: the folder's")
    .option("--catalog <catalog>", "the Unity Catalog catalog", "main")
    .option("--schema <schema>", "the schema; default: from the name")
    .option("--action-ref <ref>", "the action that its workflows use", DEFAULT_ACTION_REF)
    .action((dir, options) => {
      const folder = isAbsolute(dir) ? dir : join(options.project, dir);
      end({ stdout: renderInit(initProject(folder, options)), stderr: "", exit: 0 });
    });

  withFormat(add("import", "write config.yml from existing code"), importFormats)
    .option("--update", "rewrite only depends_on, where it differs from the code", false)
    .action((options) => {
      const { format, update } = options;
      end(importCommand({ ...common(options), format, update, text }));
    });

  add("upgrade", "renew the engine's files that nobody edited, and name the others").action((options) =>
    end({ stdout: renderUpgrade(upgradeProject(common(options).directory)), stderr: "", exit: 0 }),
  );

  withFormat(add("explain", "what a diagnostic means and how to fix it"), ["text"])
    .argument("[code]", "such as LDP203; without it all codes are listed")
    .action((code) => end(explainCommand(code)));
  return program;
}

function progress(line: string): void {
  process.stderr.write(`${escapeTerminal(line)}\n`);
}

function bundleTools() {
  return { env: process.env, runProcess, toolCache: folderCache(process.env, runProcess) };
}

/** Aborted by the first SIGINT or SIGTERM, so that a deploy can release its lock; a second one ends the process. */
function cancelled(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

function collectNames(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(",").map((name) => name.trim())].filter((name) => name !== "");
}

function withFormat(command: Command, formats: readonly [string, ...string[]]): Command {
  return command.addOption(
    new Option("--format <format>", "the form of the result").choices([...formats]).default(formats[0]),
  );
}

function withSelection(command: Command): Command {
  const collect = (value: string, before: readonly string[]) => [...before, value];
  return command
    .option("--tags <tags>", "tags, separated by commas", splitTags, [])
    .addOption(new Option("--tag-mode <mode>", "any of the tags, or all of them").choices(["or", "and"]).default("or"))
    .option("--select <expression>", "tables to choose; repeat to unite, a comma intersects", collect, [])
    .option("--exclude <expression>", "tables to leave out; repeatable", collect, [])
    .addOption(new Option("--mode <mode>", "how the pipeline is updated").choices([...modes]).default("batch"))
    .option("--base <rev>", "a git revision to compare with")
    .option("--strict", "count warnings as errors", false)
    .option("--no-source", "read no module");
}

function splitTags(value: string): string[] {
  return value.trim() === "" ? [] : [...new Set(value.split(",").map((tag) => tag.trim()))];
}

function common(options: { project: string; config: string }): { directory: string; config: string } {
  const directory = resolve(options.project);
  return { directory, config: configFile(directory, options.config) };
}

interface ParsedPlanOptions {
  readonly project: string;
  readonly config: string;
  readonly tags: readonly string[];
  readonly tagMode: Selection["tagMode"];
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly mode: PlanOptions["mode"];
  readonly base?: string;
  readonly strict: boolean;
  readonly source: boolean;
}

function planOptions(options: ParsedPlanOptions): PlanOptions {
  const { tags, tagMode, select, exclude, mode, strict, source } = options;
  if (mode === "streaming" && tags.length + select.length + exclude.length > 0) {
    throw new UserError(
      "LDP901",
      "--mode streaming takes no selection: a continuous pipeline runs all its tables.",
      "Leave --tags, --select and --exclude out, or use --mode batch.",
    );
  }
  return {
    ...common(options),
    mode,
    strict,
    source,
    base: options.base ?? null,
    selection: { tags, tagMode, select, exclude },
  };
}
