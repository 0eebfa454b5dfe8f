import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normalHost, readCredentials } from "../bundle/auth.js";
import { artifactBuilds } from "../bundle/build-guard.js";
import { bundleCli, limits, pause, type Tools } from "../bundle/cli.js";
import { type ConfigFiles, readConfigFiles, targets } from "../bundle/config-files.js";
import type { Variables } from "../bundle/environment.js";
import { checkHosts } from "../bundle/host-guard.js";
import { findCli, type ToolCache } from "../bundle/install.js";
import { lastLines } from "../bundle/output.js";
import { pinnedCli } from "../bundle/version.js";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearest } from "../diagnostics/nearest.js";
import { loadProject } from "../project/load-project.js";
import { escapeTerminal } from "../render/escape/terminal.js";
import { findings, type TextOptions } from "../render/text.js";
import { diskTree } from "../system/disk-tree.js";
import { UserError } from "../system/errors.js";
import type { RunProcess } from "../system/process.js";
import { version } from "../version.js";
import { withConfigAbove } from "./config-above.js";
import type { Outcome } from "./outcome.js";

export interface DoctorOptions {
  readonly directory: string;
  readonly config: string;
  readonly text: TextOptions;
  readonly env: Variables;
  readonly runProcess: RunProcess;
  /** Null: nothing is downloaded to look at it. */
  readonly toolCache: ToolCache | null;
}

/**
 * `ldp doctor`: what a deploy from here would use: the CLI, how it logs in, at which workspace, and as whom. Says what is missing
 * in the words of a deploy. Nothing is changed.
 */
export async function doctorCommand(options: DoctorOptions): Promise<Outcome> {
  const temporary = mkdtempSync(join(tmpdir(), "ldp-doctor-"));
  const log: string[] = [];
  const tools: Tools = {
    run: options.runProcess,
    env: options.env,
    sleep: pause,
    now: Date.now,
    log: (line) => log.push(line),
    temporary,
  };
  try {
    return await examine(options, tools);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function examine(options: DoctorOptions, tools: Tools): Promise<Outcome> {
  const lines: [string, string][] = [
    ["ldp", version],
    ["node", process.version],
  ];
  const problems: Diagnostic[] = [];
  const loaded = loadProject(diskTree(options.directory), options.config);
  const { project } = loaded;
  const diagnostics = withConfigAbove(loaded.diagnostics, options.directory, options.config);
  problems.push(...diagnostics.filter((one) => one.severity === "error"));
  lines.push([
    "project",
    project ? `${options.config}, ${project.tables.length} tables` : `${options.config} can't be read`,
  ]);

  const credentials = readCredentials(options.env);
  const host = normalHost(options.env.DATABRICKS_HOST ?? "");
  lines.push(["host", credentials.status === "present" ? credentials.host || "of the profile" : (host ?? "not set")]);
  if (credentials.status === "present") {
    lines.push(["login", credentials.method + (credentials.client === null ? "" : ` as ${credentials.client}`)]);
  } else problems.push(credentials.finding);

  const config = readConfigFiles(options.directory);
  if (config) problems.push(...config.diagnostics);
  const known = config && config.diagnostics.length === 0 ? targetNames(config) : null;
  for (const { name, target } of project?.environments ?? []) {
    if (known && !known.has(target)) {
      problems.push(noTarget(name, target, known));
      lines.push([`environment ${name}`, `target ${target}, which the bundle does not have`]);
      continue;
    }
    const found = config
      ? checkHosts(config, target, credentials.status === "present" ? credentials.host : (host ?? ""), true)
      : [];
    problems.push(...found);
    const builds = config ? artifactBuilds(config, target, options.directory).map((build) => build.artifact) : [];
    const state =
      found.length > 0 ? "leads to another host" : builds.length > 0 ? `builds ${builds.join(", ")}` : "ready";
    lines.push([`environment ${name}`, `target ${target}, ${config ? state : "and no databricks.yml"}`]);
  }

  try {
    const cli = await findCli({ version: null, baseUrl: null }, options.toolCache, tools);
    lines.push(["databricks", `${cli.version} (${cli.from}: ${cli.path})`]);
    // Only DATABRICKS_HOST is asked, from outside the bundle: its files may name another.
    if (credentials.status === "present") await identify(cli, tools, lines, problems);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    lines.push(["databricks", `none that will do; the action would download ${pinnedCli}`]);
    problems.push(finding(error.code, error.message, null, error.hint === undefined ? {} : { hint: error.hint }));
  }

  const wide = Math.max(...lines.map(([name]) => name.length));
  const table = lines.map(([name, value]) => `${name.padEnd(wide)}  ${escapeTerminal(value)}\n`).join("");
  const told = problems.length === 0 ? "" : `\n${findings(problems, options.text)}`;
  return { stdout: table + told, stderr: "", exit: problems.some((one) => one.severity === "error") ? 2 : 0 };
}

function targetNames(config: ConfigFiles): ReadonlySet<string> {
  return new Set(config.files.flatMap((file) => targets(file).map(([, name]) => name)));
}

/** What the CLI would refuse as "no such target", told before it is there to be asked. */
function noTarget(environment: string, target: string, known: ReadonlySet<string>): Diagnostic {
  const names = [...known];
  const hint =
    nearest(target, names) ??
    (names.length > 0 ? `Targets of the bundle: ${names.join(", ")}.` : "Give databricks.yml `targets`.");
  const message = `the environment "${environment}" has the target "${target}", which the bundle does not have`;
  return finding("LDP501", message, null, { hint });
}

async function identify(
  cli: { readonly path: string; readonly version: string },
  tools: Tools,
  lines: [string, string][],
  problems: Diagnostic[],
): Promise<void> {
  const result = await bundleCli(cli, tools.temporary, true, tools).call(["current-user", "me", "-o", "json"], {
    timeout: limits.look,
    attempts: 2,
  });
  const user = /"userName":\s*"([^"]+)"/.exec(result.stdout)?.[1];
  if (result.ok && user !== undefined) {
    lines.push(["identity", user]);
    return;
  }
  const why = /^Error: (.*)$/m.exec(result.stderr)?.[1] ?? lastLines(result.stderr, 1)[0] ?? "no answer";
  const short = why.replace(/\.? (Config|Env): .*$/, "");
  problems.push(
    result.timedOut
      ? finding("LDP505", "the workspace did not answer who we are", null)
      : finding("LDP513", `the workspace does not accept the login: ${short}`, null, {
          hint: "Check the token, the secret, or the federation policy of the service principal.",
        }),
  );
}
