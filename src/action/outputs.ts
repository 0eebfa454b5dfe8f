import { setOutput } from "@actions/core";
import type { OutputName } from "../action-inputs.js";

/** Sets an output; what is no text goes as JSON. */
export function output(name: OutputName, value: string | number | boolean | readonly unknown[] | object): void {
  setOutput(name, typeof value === "string" ? value : JSON.stringify(value));
}

const nothing = {
  environments: [],
  "plan-environments": [],
  "selected-tables": [],
  "changed-tables": [],
  "affected-tables": [],
  "has-changes": false,
  destructive: false,
  deployed: [],
} as const;

/** Says that nothing was found or done yet: `fromJSON` of a later step must not fail where a run ends early. */
export function startOutputs(): void {
  for (const [name, value] of Object.entries(nothing)) output(name as keyof typeof nothing, value);
}
