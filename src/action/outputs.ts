import { setOutput } from "@actions/core";
import type { OutputName } from "../action-inputs.js";

/** Sets an output; what is no text goes as JSON. */
export function output(name: OutputName, value: string | number | boolean | readonly unknown[] | object): void {
  setOutput(name, typeof value === "string" ? value : JSON.stringify(value));
}
