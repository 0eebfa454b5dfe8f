import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { Refusal } from "./http.ts";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: Record<string, unknown>;
}

interface Described {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: object | null;
  readonly status: number;
  readonly answer: object | null;
}

/** An operation of GitHub's REST interface, with checks by its OpenAPI description. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** Matches a path, not decoded; a group for each parameter. */
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Throws 404 or 422 for parameters and a body that GitHub does not take. */
  checkRequest(parts: Readonly<Record<string, string>>, query: URLSearchParams, body: unknown): void;
  /** Throws where the fake's own answer is not of GitHub's form. */
  checkAnswer(status: number, body: unknown): void;
}

const description = JSON.parse(readFileSync(new URL("openapi.json", import.meta.url), "utf8")) as {
  readonly operations: readonly Described[];
  readonly schemas: object;
};
const ajv = new Ajv({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);
// The description itself gives "" as the default of addresses.
ajv.addFormat("uri", (text) => text === "" || URL.canParse(text));
ajv.addSchema({ $id: "github", schemas: description.schemas });

export const operations: readonly Operation[] = description.operations.map((described) => {
  const names: string[] = [];
  const pattern = described.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    names.push(name);
    // Refs and files have slashes in their names.
    return name === "ref" || name === "path" ? "(.+)" : "([^/]+)";
  });
  let body: ValidateFunction | undefined;
  let answer: ValidateFunction | undefined;
  const ofPlace = (place: Parameter["in"]) => described.parameters.filter((parameter) => parameter.in === place);
  return {
    name: described.operation,
    method: described.method,
    pattern: new RegExp(`^${pattern}$`),
    names,
    checkRequest(parts, query, value) {
      for (const { name, schema } of ofPlace("path")) {
        if (schema.type === "integer" && !/^\d+$/.test(parts[name] ?? "")) throw new Refusal(404, "Not Found");
      }
      const known = ofPlace("query");
      for (const [name, text] of query) {
        const parameter = known.find((one) => one.name === name);
        if (!parameter) throw new Refusal(422, `the fake knows no query parameter ${name} of ${described.operation}`);
        const choices = parameter.schema.enum;
        if (Array.isArray(choices) && !choices.includes(text))
          throw new Refusal(422, `Invalid value for ${name}: ${text}`);
      }
      if (described.body === null) return;
      body ??= compiled(described.body);
      if (!body(value)) {
        const [first] = body.errors ?? [];
        throw new Refusal(422, `Invalid request.\n\n${first?.instancePath || "The body"} ${first?.message}.`);
      }
    },
    checkAnswer(status, value) {
      if (described.answer === null || status !== described.status) return;
      answer ??= compiled(described.answer);
      if (!answer(value)) throw new Error(`${described.operation}: ${ajv.errorsText(answer.errors)}`);
    },
  };
});

function compiled(schema: object): ValidateFunction {
  return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/schemas/', '"github#/schemas/')));
}
