import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderAnnotations } from "../render/annotations.js";
import { workflowCommand } from "../render/escape/command.js";
import type { Environment } from "./event.js";
import type { Forge } from "./forge.js";

/**
 * Azure DevOps as the forge: findings are logging commands, the summary is a Markdown page of the run.
 * Source: learn.microsoft.com, "Logging commands" (task.logissue, task.uploadsummary).
 */
export function azureForge(env: Environment, print: (line: string) => void): Forge {
  const folder = env.AGENT_TEMPDIRECTORY;
  let pages = 0;
  return {
    kind: "azure",
    annotate(findings, directory) {
      const { lines, shown, left } = renderAnnotations(findings, directory, "azure");
      for (const line of lines) print(line);
      return { shown, left };
    },
    addSummary(markdown) {
      if (!folder) return null;
      pages += 1;
      // The page is named after its file, and the agent reads it after the step: it is not removed here.
      const file = join(folder, `ldp-${env.SYSTEM_JOBID ?? "job"}`, `${pages > 1 ? `ldp-${pages}` : "ldp"}.md`);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, markdown);
      print(workflowCommand("azure", { name: "task.uploadsummary", properties: {}, message: file }));
      return markdown;
    },
    pullRequests: null,
    history: null,
    deployments: null,
  };
}
