import { boundActions, bundleDigest } from "../bundle/digest.js";
import type { ResourceAction } from "../bundle/model.js";
import { layers, modes } from "../project/model.js";
import type { Report } from "../render/report.js";

/** What is wrong with a value, as the path to it; null where it has the form. */
type Form = (value: unknown, path: string) => string | null;

/**
 * Reads a report that another job made. That job may have run what a pull request brought, so nothing in it is believed for its name:
 * every value that is shown must have its form, and a digest must be that of the actions it stands beside.
 * @returns the report, or what is wrong with it
 */
export function readReport(text: string): Report | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return (error as Error).message;
  }
  if (typeof value !== "object" || value === null || (value as { schema?: unknown }).schema !== "ldp.report/1")
    return "it is no report of this version (ldp.report/1)";
  const wrong = report(value, "");
  if (wrong !== null) return `${wrong.slice(1, 120)} has not the form of a report`;
  const given = value as Report;
  const forged = given.environments.find(
    (one) => one.digest !== null && one.digest !== bundleDigest(boundActions(one.actions as ResourceAction[])),
  );
  return forged === undefined ? given : `the digest of ${forged.environment} is not that of its actions`;
}

const text: Form = (value, path) => (typeof value === "string" ? null : path);
const flag: Form = (value, path) => (typeof value === "boolean" ? null : path);
const whole: Form = (value, path) => (Number.isSafeInteger(value) && (value as number) >= 0 ? null : path);
const digest = matching(/^sha256:[0-9a-f]{64}$/);
const name = matching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/);

const place = { file: nullable(text), line: nullable(whole), column: nullable(whole) };
const diagnostic = object(
  { ...place, code: matching(/^LDP\d{3}$/), severity: oneOf("error", "warning", "info"), message: text },
  {
    endLine: whole,
    table: text,
    hint: text,
    url: matching(/^https:\/\/[^\s]+$/),
    rule: text,
    fix: object({ message: text, diff: text }, { command: text }),
    related: list(object({ ...place, message: text })),
  },
);
const kind = nullable(oneOf("materialized_view", "streaming_table", "temporary_view"));
const table = object({
  name: text,
  layer: oneOf(...layers),
  kind,
  tags: list(text),
  dependsOn: list(text),
  module: text,
  code: nullable(digest),
  selected: flag,
  stage: nullable(whole),
  change: nullable(oneOf("added", "removed", "modified", "affected", "unchanged")),
  reasons: list(text),
  pipeline: nullable(text),
  description: nullable(text),
  owner: nullable(text),
  configLine: whole,
  definitionLine: nullable(whole),
  risk: nullable(text),
});
const plan = object({
  digest: nullable(digest),
  mode: oneOf(...modes),
  selection: object({ tags: list(text), tagMode: oneOf("or", "and"), select: list(text), exclude: list(text) }),
  project: nullable(digest),
  stages: list(list(text)),
  tables: list(table),
  base: nullable(object({ ref: text, commit: matching(/^[0-9a-f]{7,64}$/) })),
  baseMissing: nullable(text),
  diagnostics: list(diagnostic),
});
const action = object(
  {
    resource: text,
    action: matching(/^[a-z_]{1,40}$/),
    destructive: flag,
    gone: flag,
    fields: list(
      object(
        {
          path: text,
          action: text,
          values: nullable(object({ old: nullable(text), new: nullable(text) })),
          hash: digest,
        },
        { byHand: flag, ignored: text },
      ),
    ),
    lost: list(object({ name: text, kind, effect: oneOf("history lost", "rebuilt", "may be lost") })),
  },
  { renamedTo: text },
);
const environment = object(
  {
    environment: name,
    target: text,
    status: oneOf("planned", "skipped", "failed"),
    reason: nullable(text),
    engine: nullable(oneOf("direct", "terraform")),
    cliVersion: nullable(text),
    digest: nullable(digest),
    counts: object({ create: whole, update: whole, recreate: whole, delete: whole }),
    actions: list(action),
    diagnostics: list(diagnostic),
  },
  { identity: nullable(text), host: nullable(text) },
);
const lint = object({
  diagnostics: list(diagnostic),
  total: whole,
  fresh: nullable(whole),
  unformatted: list(text),
  tool: text,
});
const report = object(
  {
    directory: text,
    plan,
    environments: list(environment),
    lint: nullable(lint),
    lintReason: nullable(text),
    links: object({ commit: nullable(matching(/^[0-9a-f]{40,64}$/)), dag: nullable(text) }),
    versions: (value, path) => object({})(value, path) ?? list(text)(Object.values(value as object), path),
  },
  { configFile: text, failure: nullable(text), notes: list(text) },
);

function matching(pattern: RegExp): Form {
  return (value, path) => (typeof value === "string" && pattern.test(value) ? null : path);
}

function oneOf(...values: readonly string[]): Form {
  return (value, path) => (typeof value === "string" && values.includes(value) ? null : path);
}

function nullable(form: Form): Form {
  return (value, path) => (value === null ? null : form(value, path));
}

function list(form: Form): Form {
  return (value, path) => {
    if (!Array.isArray(value)) return path;
    for (const [index, item] of value.entries()) {
      const wrong = form(item, `${path}.${index}`);
      if (wrong !== null) return wrong;
    }
    return null;
  };
}

function object(needed: Readonly<Record<string, Form>>, optional: Readonly<Record<string, Form>> = {}): Form {
  const forms = [...Object.entries(needed), ...Object.entries(optional)];
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return path === "" ? ".report" : path;
    for (const [key, form] of forms) {
      const there = Object.hasOwn(value, key);
      if (!there && key in optional) continue;
      const wrong = form(there ? (value as Record<string, unknown>)[key] : undefined, `${path}.${key}`);
      if (wrong !== null) return wrong;
    }
    return null;
  };
}
