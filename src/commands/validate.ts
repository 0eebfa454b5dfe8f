import { renderAnnotations } from "../render/annotations.js";
import { renderValidateJson } from "../render/json.js";
import { renderJunit } from "../render/junit.js";
import { renderSarif } from "../render/sarif.js";
import { renderUnlisted, renderValidateText, type TextOptions } from "../render/text.js";
import { unlistedDatasets } from "../source/unlisted.js";
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

/** Findings of tables that were not found: a dataset without an entry may be what one of them means. */
const mayMisplace: ReadonlySet<string> = new Set([
  "LDP103",
  "LDP104",
  "LDP201",
  "LDP301",
  "LDP302",
  "LDP303",
  "LDP307",
]);

/** `ldp validate`: checks config.yml, the modules and the graph. */
export function validateCommand(options: ValidateOptions): Outcome {
  const tree = diskTree(options.directory);
  const { state, diagnostics: found } = checkProject(tree, options.config, {
    source: options.source,
    fingerprints: false,
  });
  const diagnostics = withConfigAbove(found, options.directory, options.config);
  const tables = state?.project.tables.length ?? 0;
  const exit = exitFor(diagnostics, isInvalid(diagnostics, options.strict));
  // A note for people and no diagnostic: the contract's list of codes is what other programs compare with.
  const unlisted = () =>
    state?.sources && !diagnostics.some(({ code }) => mayMisplace.has(code))
      ? renderUnlisted(unlistedDatasets(state.project, state.sources, tree), options.config, options.text)
      : "";
  const stdout = () => {
    switch (options.format) {
      case "text":
        return renderValidateText(tables, diagnostics, options.text) + unlisted();
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
