import { lintFails, lintProject, toolText } from "../lint/lint-project.js";
import type { Environment } from "../lint/machine.js";
import { loadProject } from "../project/load-project.js";
import { renderAnnotations } from "../render/annotations.js";
import { renderLintJson } from "../render/json.js";
import { renderJunit } from "../render/junit.js";
import type { ReportLint } from "../render/report.js";
import { renderSarif } from "../render/sarif.js";
import { renderLintText, type TextOptions } from "../render/text.js";
import { plural } from "../render/words.js";
import { readSources } from "../source/read.js";
import { diskTree } from "../system/disk-tree.js";
import type { RunProcess } from "../system/process.js";
import { version } from "../version.js";
import { withConfigAbove } from "./config-above.js";
import type { Outcome } from "./outcome.js";
import { folderInRepository } from "./repository-folder.js";

export const lintFormats = ["text", "json", "sarif", "github", "azure", "junit"] as const;

export interface LintCommandOptions {
  readonly directory: string;
  readonly config: string;
  readonly format: (typeof lintFormats)[number];
  readonly fix: boolean;
  readonly environment: Environment;
  readonly runProcess: RunProcess;
  readonly text: TextOptions;
}

/**
 * `ldp lint`: ruff over the Python of the project, and the rules for pipelines.
 * @throws UserError LDP703 to LDP706 when ruff can't be had or does not do its work.
 */
export async function lintCommand(options: LintCommandOptions): Promise<Outcome> {
  const tree = diskTree(options.directory);
  const { project, diagnostics } = loadProject(tree, options.config);
  const unreadable = withConfigAbove(diagnostics, options.directory, options.config).filter(
    (diagnostic) => diagnostic.code === "LDP101",
  );
  if (unreadable.length > 0) {
    const nothing = {
      diagnostics: unreadable,
      total: unreadable.length,
      fresh: null,
      unformatted: [],
      tool: "ruff was not run",
    };
    return { stdout: render(nothing, options), stderr: "", exit: 2 };
  }
  const sources = project === null ? null : readSources(project, tree, { fingerprints: false });
  const result = await lintProject({ ...options, project, sources, ruffVersion: null, inAction: false });
  const notes = [
    ...(project === null
      ? [`${options.config} has errors, so that its \`rules\` are not known: run \`ldp validate\`.`]
      : []),
    ...(result.fixed === null
      ? []
      : [`Mended: ${plural(result.fixed.findings, "finding")}. Formatted: ${plural(result.fixed.files, "file")}.`]),
  ];
  return {
    stdout: render({ ...result, tool: toolText(result) }, options),
    stderr: notes.map((note) => `${note}\n`).join(""),
    exit: lintFails(result) ? 1 : 0,
  };
}

function render(lint: ReportLint, { format, text, directory }: LintCommandOptions): string {
  switch (format) {
    case "text":
      return renderLintText(lint, text);
    case "json":
      return renderLintJson(lint.diagnostics, lint.total);
    case "sarif":
      return renderSarif(lint.diagnostics, { version, directory: folderInRepository(directory) });
    case "github":
    case "azure":
      return renderAnnotations(lint.diagnostics, folderInRepository(directory), format)
        .lines.map((line) => `${line}\n`)
        .join("");
    case "junit":
      return renderJunit(lint.diagnostics, "ldp lint");
  }
}
