import { lintFails, lintProject, toolText } from "../lint/lint-project.js";
import type { Environment } from "../lint/machine.js";
import { loadProject } from "../project/load-project.js";
import { renderLintJson } from "../render/json.js";
import { renderLintText, type TextOptions } from "../render/text.js";
import { diskTree } from "../system/disk-tree.js";
import type { RunProcess } from "../system/process.js";
import type { Outcome } from "./outcome.js";

export const lintFormats = ["text", "json"] as const;

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
 * `ldp lint`: ruff over the Python of the project.
 * @throws UserError LDP703 to LDP706 when ruff can't be had or does not do its work.
 */
export async function lintCommand(options: LintCommandOptions): Promise<Outcome> {
  const { project, diagnostics } = loadProject(diskTree(options.directory), options.config);
  const unreadable = diagnostics.filter((diagnostic) => diagnostic.code === "LDP101");
  if (unreadable.length > 0) {
    const nothing = {
      diagnostics: unreadable,
      total: unreadable.length,
      fresh: null,
      unformatted: [],
      tool: "ruff was not run",
    };
    const stdout = options.format === "json" ? renderLintJson(unreadable) : renderLintText(nothing, options.text);
    return { stdout, stderr: "", exit: 2 };
  }
  const result = await lintProject({ ...options, project, ruffVersion: null, inAction: false });
  const stdout = () => {
    switch (options.format) {
      case "text":
        return renderLintText({ ...result, tool: toolText(result) }, options.text);
      case "json":
        return renderLintJson(result.diagnostics, result.total);
    }
  };
  const notes = [
    ...(project === null
      ? [`${options.config} has errors, so that its \`rules\` are not known: run \`ldp validate\`.`]
      : []),
    ...(result.fixed === null
      ? []
      : [`Mended ${result.fixed.findings} findings, formatted ${result.fixed.files} files.`]),
  ];
  return { stdout: stdout(), stderr: notes.map((note) => `${note}\n`).join(""), exit: lintFails(result) ? 1 : 0 };
}
