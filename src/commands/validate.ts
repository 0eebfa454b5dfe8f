import { renderAnnotations } from "../render/annotations.js";
import { renderValidateJson } from "../render/json.js";
import { renderJunit } from "../render/junit.js";
import { renderSarif } from "../render/sarif.js";
import { renderValidateText, type TextOptions } from "../render/text.js";
import { diskTree } from "../system/disk-tree.js";
import { version } from "../version.js";
import { withConfigAbove } from "./config-above.js";
import { exitFor, type Outcome } from "./outcome.js";
import { checkProject, isInvalid } from "./project-state.js";
import { folderInRepository } from "./repository-folder.js";

export const validateFormats = ["text", "json", "sarif", "github", "azure", "junit"] as const;

export interface ValidateOptions {
  readonly directory: string;
  readonly config: string;
  readonly format: (typeof validateFormats)[number];
  readonly strict: boolean;
  readonly source: boolean;
  readonly text: TextOptions;
}

/** `ldp validate`: checks config.yml, the modules and the graph. */
export function validateCommand(options: ValidateOptions): Outcome {
  const { state, diagnostics: found } = checkProject(diskTree(options.directory), options.config, {
    source: options.source,
    fingerprints: false,
  });
  const diagnostics = withConfigAbove(found, options.directory, options.config);
  const tables = state?.project.tables.length ?? 0;
  const exit = exitFor(diagnostics, isInvalid(diagnostics, options.strict));
  const stdout = () => {
    switch (options.format) {
      case "text":
        return renderValidateText(tables, diagnostics, options.text);
      case "json":
        return renderValidateJson(tables, diagnostics, options.strict);
      case "sarif":
        return renderSarif(diagnostics, { version, directory: folderInRepository(options.directory) });
      case "github":
      case "azure":
        return renderAnnotations(diagnostics, folderInRepository(options.directory), options.format)
          .lines.map((line) => `${line}\n`)
          .join("");
      case "junit":
        return renderJunit(diagnostics, "ldp validate");
    }
  };
  return { stdout: stdout(), stderr: "", exit };
}
