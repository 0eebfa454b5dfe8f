import { nearest, nearestName } from "../diagnostics/nearest.js";
import { layers } from "../project/model.js";

/** One condition of a selection expression. */
export interface Term {
  /** The condition as it was written: what messages show. */
  readonly text: string;
  readonly method: "name" | "tag" | "layer" | "path" | "state";
  readonly value: string;
  /** Steps upstream (`+x`) and downstream (`x+`) to add; 0 for none, Infinity for all. */
  readonly upstream: number;
  readonly downstream: number;
}

export const states = ["modified", "added", "affected", "unchanged"] as const;
export type State = (typeof states)[number];

/** Why an expression can't be read. */
export class MalformedExpression extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

const forms = "Forms: name, name*, tag:x, layer:x, path:glob, state:modified, +x, x+, 2+x, x+2; a comma intersects.";

/**
 * Reads an expression of --select or --exclude: conditions separated by commas, all of which must hold.
 * @throws MalformedExpression
 */
export function parseExpression(expression: string): Term[] {
  return expression.split(",").map((part) => parseTerm(part.trim(), expression));
}

function parseTerm(text: string, expression: string): Term {
  if (text === "")
    throw new MalformedExpression(`The selection ${JSON.stringify(expression)} has an empty condition.`, forms);
  const match = /^(?:(\d*)\+)?([^+]+?)(?:\+(\d*))?$/.exec(text);
  const core = match?.[2];
  if (!match || core === undefined || /\s/.test(core)) {
    throw new MalformedExpression(`The selection ${JSON.stringify(text)} can't be read.`, forms);
  }
  const steps = (digits: string | undefined) =>
    digits === undefined ? 0 : digits === "" ? Number.POSITIVE_INFINITY : Number(digits);
  const term = { text, upstream: steps(match[1]), downstream: steps(match[3]) };
  const colon = core.indexOf(":");
  if (colon < 0) {
    if (!/^[\w.*?]+$/.test(core))
      throw new MalformedExpression(`The selection ${JSON.stringify(text)} is no table's name.`, forms);
    return { ...term, method: "name", value: core };
  }
  const [method, value] = [core.slice(0, colon), core.slice(colon + 1)];
  if (value === "")
    throw new MalformedExpression(`The selection ${JSON.stringify(text)} names nothing after "${method}:".`, forms);
  switch (method) {
    case "tag":
    case "path":
      return { ...term, method, value };
    case "layer":
      known(value, layers, text, "layer");
      return { ...term, method, value };
    case "state":
      known(value, states, text, "state");
      return { ...term, method, value };
    default: {
      const near = nearestName(method, ["tag", "layer", "path", "state"]);
      throw new MalformedExpression(
        `The selection ${JSON.stringify(text)} has an unknown method "${method}:".`,
        near === undefined ? forms : `Did you mean ${JSON.stringify(`${near}:${value}`)}?`,
      );
    }
  }
}

function known(value: string, values: readonly string[], text: string, what: string): void {
  if (values.includes(value)) return;
  throw new MalformedExpression(
    `The selection ${JSON.stringify(text)} names no ${what}.`,
    nearest(value, values) ?? `Use one of: ${values.join(", ")}.`,
  );
}
