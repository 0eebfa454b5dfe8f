import { cell } from "./inputs.mjs";

/** The keys at the top of config.yml. */
export function rootReference(schema) {
  return keys(schema, schema);
}

/** The keys of an entry of `tables`. */
export function tableReference(schema) {
  return keys(schema, schema.definitions.table);
}

/** The keys of an environment. */
export function environmentReference(schema) {
  return keys(schema, schema.definitions.environment);
}

/** A table of keys for each type of source. */
export function sourceReference(schema) {
  return schema.definitions.source.allOf
    .map((branch) => {
      const type = branch.if.properties.type.const;
      const { type: _type, ...properties } = branch.then.properties;
      return `#### \`type: ${type}\`\n\n${keys(schema, { properties, required: branch.then.required })}`;
    })
    .join("\n\n");
}

function keys(schema, { properties, required = [] }) {
  const rows = Object.entries(properties).map(([key, declared]) => {
    const resolved = resolve(schema, declared);
    const need = required.includes(key) ? "yes" : "";
    return `| \`${key}\` | ${cell(form(schema, resolved))} | ${need} | ${cell(resolved.description ?? "")} |`;
  });
  return ["| key | form | required | what it is |", "|---|---|---|---|", ...rows].join("\n");
}

/** A declaration with what it refers to merged in; its own description wins. */
function resolve(schema, declared) {
  if (declared.$ref === undefined) return declared;
  const name = declared.$ref.replace("#/definitions/", "");
  return { name, ...schema.definitions[name], ...declared };
}

const named = {
  table: "mapping, see below",
  source: "mapping, see below",
  environment: "mapping, see below",
  identifier: "name",
  resourceKey: "key of a resource",
  tableName: "name of a table",
  secret: "reference to a secret",
  path: "path",
};

function form(schema, declared) {
  if (named[declared.name]) return named[declared.name];
  if (declared.const !== undefined) return `\`${declared.const}\``;
  if (declared.enum) return declared.enum.map((value) => `\`${value}\``).join(", ");
  switch (declared.type) {
    case "array":
      return `list of: ${form(schema, resolve(schema, declared.items))}`;
    case "object":
      if (typeof declared.additionalProperties !== "object") return "mapping";
      return `mapping of: ${form(schema, resolve(schema, declared.additionalProperties))}`;
    case "string":
      return declared.pattern ? `text like \`${declared.pattern}\`` : "text";
    default:
      return [declared.type].flat().join(", ");
  }
}
