import { renderPlanJson } from "../render/json.js";
import { renderPlanText, type TextOptions } from "../render/text.js";
import { makePlan, type PlanOptions } from "./make-plan.js";
import { exitFor, type Outcome } from "./outcome.js";

export const planFormats = ["text", "json"] as const;

export interface PlanCommandOptions extends PlanOptions {
  readonly format: (typeof planFormats)[number];
  readonly text: TextOptions;
}

/** `ldp plan`: what would run, and what changed since a base. */
export function planCommand(options: PlanCommandOptions): Outcome {
  const { plan } = makePlan(options);
  const stdout = () => {
    switch (options.format) {
      case "text":
        return renderPlanText(plan, options.text);
      case "json":
        return renderPlanJson(plan);
    }
  };
  return { stdout: stdout(), stderr: "", exit: exitFor(plan.diagnostics, plan.digest === null) };
}
