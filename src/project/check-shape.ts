import { Ajv, type ErrorObject } from "ajv";
import type { Diagnostic } from "../diagnostics/diagnostic.js";
import { finding } from "../diagnostics/finding.js";
import { nearest } from "../diagnostics/nearest.js";
import schema from "./config.schema.json" with { type: "json" };
import type { YamlPath, YamlText } from "./yaml.js";

/** Checks a read config.yml against its JSON Schema. Returns one LDP103 for each mistake, in the schema's order. */
export function checkShape(text: YamlText): Diagnostic[] {
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, messages: false });
  const validate = ajv.compile(schema);
  if (validate(text.value)) return [];
  const errors = validate.errors ?? [];
  // A value has one finding at most: its type comes before what the right type would have to be.
  const wrongType = new Set(errors.filter((error) => error.keyword === "type").map((error) => error.instancePath));
  const seen = new Set<string>();
  return errors.flatMap((error) => {
    if (error.keyword !== "type" && error.propertyName === undefined && wrongType.has(error.instancePath)) return [];
    const diagnostic = describe(error, text);
    if (!diagnostic) return [];
    const key = `${diagnostic.line}:${diagnostic.column}:${diagnostic.message}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [diagnostic];
  });
}

function describe(error: ErrorObject, text: YamlText): Diagnostic | null {
  const path = pathOf(error, text.value);
  const { params, parentSchema, data } = error;
  const at = path.length === 0 ? "config.yml" : `\`${pathText(path)}\`${ofTable(path, text.value)}`;
  const report = (message: string, place = text.placeOf(path), hint?: string) =>
    finding("LDP103", message, place, hint === undefined ? {} : { hint });

  switch (error.keyword) {
    // Wrappers around errors that are reported by themselves.
    case "if":
    case "propertyNames":
      return null;
    case "additionalProperties": {
      const name = String(params.additionalProperty);
      const keyPath = [...path, name];
      if (text.isAmbiguousKey(keyPath)) return null;
      const known = Object.keys((parentSchema?.properties as object | undefined) ?? {});
      const hint = nearest(name, known) ?? `Known keys here: ${known.join(", ")}.`;
      return report(`Unknown key ${quote(name)} in ${at}.`, text.placeOfKey(keyPath), hint);
    }
    case "required": {
      const name = String(params.missingProperty);
      const own = (data as Record<string, unknown>).name;
      const subject = typeof own === "string" && path[0] === "tables" ? `The table ${quote(own)}` : capital(at);
      return report(`${subject} lacks the key ${quote(name)}.`, text.placeOfFirstKey(path));
    }
    case "false schema":
      return report(
        `${capital(at)} is only for bronze tables.`,
        text.placeOfKey(path),
        "Read other tables with depends_on.",
      );
    default:
  }
  if (error.propertyName !== undefined) {
    const keyPath = [...path, error.propertyName];
    if (text.isAmbiguousKey(keyPath)) return null;
    return report(
      `${quote(error.propertyName)} is not a good name in ${at}.`,
      text.placeOfKey(keyPath),
      patternHint(String(params.pattern)),
    );
  }
  if (text.isAmbiguous(path)) return null;
  switch (error.keyword) {
    case "type": {
      const wanted = [params.type].flat().map(typeName).join(" or ");
      const list = params.type === "array" && typeof data === "string" ? `Write a list: [${data}].` : undefined;
      return report(`${capital(at)} must be ${wanted}, not ${typeName(typeOf(data))}.`, text.placeOf(path), list);
    }
    case "const":
      return report(`${capital(at)} must be ${JSON.stringify(params.allowedValue)}, not ${quote(data)}.`);
    case "enum": {
      const allowed = (params.allowedValues as unknown[]).map(String);
      const hint = nearest(typeof data === "string" ? data : "", allowed) ?? `Use one of: ${allowed.join(", ")}.`;
      return report(`${capital(at)} can't be ${quote(data)}.`, text.placeOf(path), hint);
    }
    case "pattern":
      return report(`${quote(data)} is not allowed as ${at}.`, text.placeOf(path), patternHint(String(params.pattern)));
    case "minLength":
      return report(`${capital(at)} is empty.`);
    case "maxLength":
      return report(`${capital(at)} is longer than ${params.limit} characters.`);
    default:
      return report(`${capital(at)} is not allowed (${error.keyword}).`);
  }
}

/** The pattern's meaning, by the schema's own definitions. */
function patternHint(pattern: string): string {
  const { tableName, identifier, resourceKey, secret } = schema.definitions;
  switch (pattern) {
    case tableName.pattern:
      return "A table's name has letters, digits and _, begins with no digit, and may have up to three such parts with dots.";
    case identifier.pattern:
      return "Use letters, digits and _, with no digit first.";
    case resourceKey.pattern:
      return "Use the resource's key in databricks.yml: letters, digits, _ and -.";
    case secret.pattern:
      return "Write a reference to a secret: {{secrets/scope/key}}. Never a value.";
    case schema.definitions.table.properties.tags.items.pattern:
      return "Use letters, digits, _, . and -, beginning with a letter or digit, 64 at most.";
    default:
      return `It must match ${pattern}.`;
  }
}

/** The path of an error, with the indexes of lists as numbers. */
function pathOf(error: ErrorObject, root: unknown): YamlPath {
  let value: unknown = root;
  return error.instancePath
    .split("/")
    .slice(1)
    .map((part) => {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const step = Array.isArray(value) ? Number(key) : key;
      value = (value as Record<string | number, unknown> | undefined)?.[step];
      return step;
    });
}

function pathText(path: YamlPath): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
}

/** ` of "orders"` for what is within the entry of a table that has a name. */
function ofTable([list, index, key]: YamlPath, root: unknown): string {
  if (list !== "tables" || typeof index !== "number" || key === "name") return "";
  const name = ((root as Record<string, unknown>).tables as readonly { readonly name?: unknown }[])[index]?.name;
  return typeof name === "string" && name !== "" ? ` of ${quote(name)}` : "";
}

function capital(text: string): string {
  return text.startsWith("`") || text === "config.yml" ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

function quote(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function typeName(type: unknown): string {
  switch (type) {
    case "object":
      return "a mapping";
    case "array":
      return "a list";
    case "string":
      return "text";
    case "number":
      return "a number";
    case "integer":
      return "a whole number";
    case "boolean":
      return "true or false";
    default:
      return "empty";
  }
}
