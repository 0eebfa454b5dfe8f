import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { gitProgram, gitSafety } from "../system/git.js";
import { type Credentials, readCredentials } from "./auth.js";
import { artifactBuilds, hasArtifacts, namedPrograms } from "./build-guard.js";
import { type BundleCli, bundleCli, limits as standardLimits, type Tools } from "./cli.js";
import { type ConfigFiles, map, readConfigFiles } from "./config-files.js";
import { cliEnvironment } from "./environment.js";
import { checkHosts } from "./host-guard.js";
import { findCli, type InstallOptions, type ToolCache } from "./install.js";
import type { OwnedTable } from "./model.js";
import { whyUnreachable } from "./reach.js";

/** One environment of a bundle, and all that its plan and its deploy depend on. */
export interface EnvironmentOptions {
  /** The bundle's folder, where databricks.yml is; absolute. */
  readonly directory: string;
  readonly environment: string;
  readonly target: string;
  /** False on a pull request: its scripts and Python are refused, and what it would build is not built. */
  readonly trusted: boolean;
  /** Build the artifacts of an untrusted bundle all the same. */
  readonly allowBuild: boolean;
  /** The project digest, handed to the bundle where it has a variable `project`; null when it is not known. */
  readonly project: string | null;
  readonly tables: readonly OwnedTable[];
  /** Of the revision compared with; empty when there is none. */
  readonly baseTables: readonly OwnedTable[];
  readonly install: InstallOptions;
  /** Null: nothing is downloaded. */
  readonly toolCache: ToolCache | null;
  readonly tools: Tools;
  readonly limits?: Partial<Record<keyof typeof standardLimits, number>>;
}

/** A bundle that may be asked: credentials are there, and its files lead nowhere else. */
export interface Session {
  readonly options: EnvironmentOptions;
  readonly cli: BundleCli;
  readonly config: ConfigFiles;
  readonly credentials: Extract<Credentials, { status: "present" }>;
  /** Why the host can't be reached from here, as far as that is known without the CLI. */
  readonly unreachable: string | null;
  readonly limits: Readonly<Record<keyof typeof standardLimits, number>>;
  /** `-t TARGET` and the variables that every command gets. */
  readonly arguments: readonly string[];
  readonly hasArtifacts: boolean;
}

export interface Stopped {
  readonly status: "skipped" | "failed";
  readonly reason: string;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks all that can be checked before anything is sent anywhere: credentials, the hosts that the files name, what would be
 * built; then finds the CLI.
 * Throws UserError LDP506 or LDP507 when there is no CLI.
 */
export async function openBundle(options: EnvironmentOptions): Promise<Session | Stopped> {
  const credentials = readCredentials(options.tools.env);
  if (credentials.status !== "present") {
    const skipped = credentials.status === "absent" && !options.trusted;
    const found = skipped ? { ...credentials.finding, severity: "info" as const } : credentials.finding;
    return stopped(skipped ? "skipped" : "failed", credentials.finding.message, [found]);
  }

  const config = readConfigFiles(options.directory);
  if (config === null) {
    const missing = finding("LDP504", "there is no databricks.yml beside config.yml: nothing to plan or deploy", null, {
      hint: "Create the bundle (`ldp init` writes one), or remove `environments` from config.yml.",
    });
    return stopped("failed", missing.message, [missing]);
  }
  const hosts = [...config.diagnostics, ...checkHosts(config, options.target, credentials.host, options.trusted)];
  const [first] = hosts;
  if (first) return stopped("failed", first.message, hosts);

  if (!options.trusted) {
    const programs = namedPrograms(config, options.target).map((place) =>
      finding("LDP524", "the bundle names the terraform program that the CLI would start with the credentials", place, {
        hint: "Remove `bundle.terraform`: the direct engine needs none, and DATABRICKS_TF_EXEC_PATH of the job names one for the terraform engine.",
      }),
    );
    const [program] = programs;
    if (program) return stopped("failed", program.message, programs);
  }
  if (!options.trusted && !options.allowBuild) {
    const builds = artifactBuilds(config, options.target, options.directory);
    const [build] = builds;
    if (build) {
      const found = builds.map(({ artifact, why, place }) =>
        finding(
          "LDP522",
          `not planned: planning would build the artifact ${artifact} of the pull request (${why})`,
          place,
          {
            hint: "To build it all the same, for authors that you trust with the credentials, set `plan-artifacts: true`.",
          },
        ),
      );
      return stopped("skipped", `planning would build the artifact ${build.artifact}`, found);
    }
  }

  const committed = await committedState(options);
  if (committed) return stopped("failed", committed.message, [committed]);

  const unreachable = await whyUnreachable(credentials.host, options.tools.env);
  if (unreachable === "ENOTFOUND") {
    const wrong = finding(
      "LDP511",
      `there is no host ${new URL(credentials.host).hostname}, which DATABRICKS_HOST names`,
      null,
      {
        hint: "Correct DATABRICKS_HOST: it is the address in the browser when the workspace is open, up to the first slash.",
      },
    );
    return stopped("failed", wrong.message, [wrong]);
  }
  if (unreachable !== null) {
    options.tools.log(
      `${credentials.host} can't be reached from here (${unreachable}); the CLI goes on trying for a while`,
    );
  }
  const found = await findCli(options.install, options.toolCache, options.tools);
  options.tools.log(
    `Databricks CLI ${found.version} (${found.from}), ${credentials.method} at ${credentials.host || "the profile's host"}`,
  );
  return {
    options,
    config,
    credentials,
    cli: bundleCli(found, options.directory, !options.trusted, options.tools),
    unreachable,
    limits: { ...standardLimits, ...options.limits },
    arguments: [
      "-t",
      options.target,
      ...(options.project !== null && declares(config, "project") ? ["--var", `project=${options.project}`] : []),
    ],
    hasArtifacts: hasArtifacts(config),
  };
}

export function isStopped(value: object): value is Stopped {
  return "reason" in value && "diagnostics" in value && "status" in value;
}

export function stopped(status: Stopped["status"], reason: string, diagnostics: readonly Diagnostic[]): Stopped {
  return { status, reason, diagnostics };
}

/**
 * The CLI trusts the state in .databricks when its serial is higher than the workspace's: whoever can commit one could tell a
 * deploy that other people's resources are its own.
 */
async function committedState({ directory, environment, tools }: EnvironmentOptions): Promise<Diagnostic | null> {
  const program = gitProgram(tools.env) ?? "git";
  const listed = await tools.run(program, [...gitSafety, "ls-files", "-z", "--", ".databricks"], {
    cwd: directory,
    env: cliEnvironment(tools.env, true),
    timeout: standardLimits.version,
  });
  // A folder made to look like a repository of its own hides what is committed.
  const hidden = listed.code !== 0 && /bare repository/.test(listed.stderr);
  const files = hidden ? [".databricks"] : listed.code === 0 ? listed.stdout.split("\0") : [];
  // Values of variables are what a team may keep there. A link in its place is listed by its own name.
  const file = files.find((name) => name !== "" && !/\/(variable-overrides\.json|\.gitignore)$/.test(name));
  if (file === undefined || (hidden && !existsSync(join(directory, file)))) return null;
  return finding(
    "LDP527",
    `${environment}: ${file} is committed: the CLI would take it for the state of the deployment`,
    {
      file,
      line: 1,
      column: 1,
    },
    { hint: "Remove it (`git rm -r --cached .databricks`), and add `.databricks/` to .gitignore." },
  );
}

function declares(config: ConfigFiles, variable: string): boolean {
  return config.files.some((file) => variable in map(file.value.variables));
}
