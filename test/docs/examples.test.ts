import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Code, catalogue, type Rule } from "../../src/diagnostics/catalogue.js";
import { pythonTools } from "../python-tools.js";
import { expectations } from "./assertions.js";

const cli = resolve(process.env.LDP_CLI ?? "dist/cli.js");
const rules: Readonly<Record<Code, Rule>> = catalogue;

/** What is around an example of the catalogue: the file that it stands for, the project's others, and the command. */
interface Project {
  /** Where the example's text goes; `config.yml` gets its version in front. Left out where the example is a command. */
  readonly file?: string;
  /** `example-repo` for a copy of it below `others`. */
  readonly base?: "example-repo";
  readonly others?: Readonly<Record<string, string>>;
  readonly command?: "validate" | "lint";
}

const config = (...tables: readonly string[]) =>
  `version: 1\ntables:\n${tables.map((one) => `  - {${one}}\n`).join("")}`;
const python = (name: string, body: string) => `import dlt\n\n\n@dlt.table\ndef ${name}():\n    return ${body}\n`;
const raw = 'spark.read.table("raw.orders")';
const ordersBronze = { "transformations/bronze/orders_bronze.py": python("orders_bronze", raw) };
const orders = {
  file: "transformations/bronze/orders.py",
  others: { "config.yml": config("name: orders, layer: bronze") },
};
const ordersSilver = {
  file: "transformations/silver/orders_silver.py",
  others: {
    "config.yml": config(
      "name: orders_bronze, layer: bronze",
      "name: orders_silver, layer: silver, depends_on: [orders_bronze]",
    ),
    ...ordersBronze,
  },
};
const rawAsBronze = { "transformations/bronze/raw.py": python("raw", raw) };
const ruffSettings: Project = {
  file: "pyproject.toml",
  others: { ...orders.others, [orders.file]: python("orders", raw) },
  command: "lint",
};
const inConfig: Project = { file: "config.yml" };
const inExample: Project = { base: "example-repo" };

/** Codes whose example in the catalogue is run. */
const examples: { readonly [code in Code]?: Project } = {
  LDP101: { others: { "pipelines/reports/tables.yml": "version: 1\ntables: []\n" } },
  LDP102: inConfig,
  LDP103: inConfig,
  LDP104: inConfig,
  LDP105: inConfig,
  LDP201: inConfig,
  LDP202: inConfig,
  LDP203: inConfig,
  LDP204: inConfig,
  LDP301: { ...inConfig, others: { "transformations/bronze/orders.py": python("orders", raw) } },
  LDP302: {
    file: orders.file,
    others: {
      "config.yml": config(
        "name: orders_bronze, layer: bronze",
        "name: orders, layer: bronze, depends_on: [orders_bronze]",
      ),
      ...ordersBronze,
    },
  },
  LDP303: ordersSilver,
  LDP304: {
    ...inConfig,
    others: {
      ...ordersBronze,
      "transformations/silver/orders_silver.py": python("orders_silver", 'dlt.read("orders_bronze")'),
    },
  },
  LDP305: {
    ...inConfig,
    others: {
      "transformations/silver/orders_silver.py": python("orders_silver", raw),
      "transformations/silver/rates.py": python("rates", raw),
      "transformations/gold/orders_gold.py": python("orders_gold", 'dlt.read("orders_silver")'),
    },
  },
  LDP306: ordersSilver,
  LDP307: {
    file: "transformations/silver/orders_old.py",
    others: {
      "config.yml": config("name: orders, layer: silver", "name: orders_old, layer: silver"),
      "transformations/silver/orders.py": python("orders", raw),
    },
  },
  LDP308: {
    file: orders.file,
    others: {
      "config.yml": config("name: raw, layer: bronze", "name: orders, layer: bronze, depends_on: [raw]"),
      ...rawAsBronze,
    },
  },
  LDP309: {
    file: "transformations/silver/prices.py",
    others: { "config.yml": config("name: prices, layer: silver") },
    command: "lint",
  },
  LDP310: {
    file: "transformations/gold/orders.sql",
    others: { "config.yml": config("name: orders, layer: gold, module: transformations/gold/orders.sql") },
    command: "lint",
  },
  LDP311: { ...orders, command: "lint" },
  LDP312: {
    file: "transformations/gold/revenue.py",
    others: {
      "config.yml": config(
        "name: orders_by_day, layer: silver",
        "name: revenue, layer: gold, depends_on: [orders_by_day]",
      ),
      "transformations/silver/orders_by_day.py": python("orders_by_day", raw),
    },
    command: "lint",
  },
  LDP313: { ...orders, command: "lint" },
  LDP401: inExample,
  LDP402: inExample,
  LDP403: inExample,
  LDP404: inExample,
  LDP701: { ...orders, command: "lint" },
  LDP702: { file: "pipelines/total.py", others: orders.others, command: "lint" },
  LDP705: ruffSettings,
  LDP706: ruffSettings,
  LDP901: inExample,
  LDP904: inExample,
};

interface Asserted {
  readonly file: string;
  readonly title: string;
}
const at = (file: string, title: string): Asserted => ({ file: `test/${file}`, title });
const deploy = (title: string) => at("unit/bundle/deploy.test.ts", title);
const gate = (title: string) => at("unit/bundle/gate.test.ts", title);
const release = (title: string) => at("unit/bundle/release-gate.test.ts", title);
const engine = (title: string) => at("python/test_local_loader.py", title);

/**
 * The test that produces each of the others: what its example says needs a workspace, GitHub, a crash or a running engine. Those of
 * e2e/bundle/ are run where there is a Databricks CLI: LDP522 to LDP524, LDP532 and LDP536 come from how the real one acts.
 */
const asserted: { readonly [code in Code]?: Asserted } = {
  LDP106: at("unit/template/upgrade.test.ts", "an engine whose manifest is %s does not say its version"),
  LDP501: deploy("%s"),
  LDP502: at("unit/bundle/diagnostics.test.ts", "come at file and line, by their kind"),
  LDP503: at("unit/bundle/diagnostics.test.ts", "come at file and line, by their kind"),
  LDP504: deploy("a folder without a bundle (LDP504)"),
  LDP505: deploy("a command that never ends is stopped at its limit (LDP505)"),
  LDP506: deploy("no CLI (LDP506)"),
  LDP507: at("unit/bundle/tool-cache.test.ts", "a mirror without the version is an error with the address (LDP507)"),
  LDP510: at("unit/commands/deploy.test.ts", "without credentials: exit status 2, and one JSON document"),
  LDP511: at("unit/bundle/auth.test.ts", "%s"),
  LDP512: at("unit/bundle/auth.test.ts", "%s"),
  LDP513: deploy("a refusal is not tried again (LDP513), and shows no secret"),
  LDP520: at("unit/commands/deploy.test.ts", "says when the bundle leads elsewhere, and asks only DATABRICKS_HOST"),
  LDP521: at("unit/bundle/guards.test.ts", "%s"),
  LDP522: at("e2e/bundle/trouble.test.ts", "artifacts are not built by a plan: %s"),
  LDP523: at("e2e/bundle/trouble.test.ts", "Python resources are not run by a plan"),
  LDP524: at("e2e/bundle/trouble.test.ts", "a terraform program of its own is not started by a plan"),
  LDP525: deploy("a plan that is none (LDP525)"),
  LDP526: deploy("a root_path with the user's name in it is said in CI (LDP526)"),
  LDP527: deploy("%s"),
  LDP530: deploy("a lock is waited for with progress, then an error with its owner and age (LDP530)"),
  LDP531: deploy("a deploy that fails is not repeated, and says its cause once (LDP531)"),
  LDP532: at("e2e/bundle/command.test.ts", "%s in the middle: the lock is released, exit status 2"),
  LDP533: deploy("with the terraform engine"),
  LDP534: deploy("something left to do after the deploy is a warning (LDP534), a failed summary too (LDP535)"),
  LDP535: deploy("something left to do after the deploy is a warning (LDP534), a failed summary too (LDP535)"),
  LDP536: at("e2e/bundle/deploy.test.ts", "a run that fails is said, with the command that starts it again"),
  LDP601: gate("refuses what is not named, with every table that dies (LDP601)"),
  LDP602: gate("reports a name that matches nothing, with the nearest (LDP602)"),
  LDP603: gate("recommends prevent_destroy where it is missing (LDP603)"),
  LDP604: at("unit/bundle/binding.test.ts", "stops a plan that differs, field by field (LDP604)"),
  LDP605: at("unit/bundle/binding.test.ts", "without a review stops what changes anything (LDP605)"),
  LDP606: at("unit/bundle/binding.test.ts", "can't be had of a plan without a digest (LDP606)"),
  LDP610: release("refuses %s, with what to do"),
  LDP611: release("refuses %s, with what to do"),
  LDP612: release("is overridden by a reason, which is recorded (LDP612)"),
  LDP613: release("refuses %s, with what to do"),
  LDP614: at("unit/commands/deploy.test.ts", "deploys, and says what a laptop can't check (LDP614)"),
  LDP615: at("e2e/events.test.ts", "%s is not deployed, whatever is asked for"),
  LDP703: at("e2e/lint.test.ts", "%s where %s: one document, one line, status 2"),
  LDP704: at("e2e/lint.test.ts", "%s where %s: one document, one line, status 2"),
  LDP801: at("python/test_plan.py", "test_other_code_than_the_reviewed_is_refused"),
  LDP803: at("python/test_launcher.py", "test_a_selection_is_refused_before_the_first_full_update"),
  LDP805: at("python/test_launcher.py", "test_a_full_refresh_of_everything_wants_confirm"),
  LDP811: engine("test_every_broken_module_is_reported_and_the_others_are_loaded"),
  LDP812: engine("test_a_module_that_hangs_is_stopped_at_the_time_limit"),
  LDP813: engine("test_what_a_module_prints_is_a_warning_and_does_not_reach_stdout"),
  LDP902: at("unit/commands/program.test.ts", "a bug ends as LDP902 with its stack on stderr, and status 2"),
  LDP903: at(
    "e2e/plan-base.test.ts",
    "a folder that is in no repository, and a revision that is none: exit 2 and LDP903",
  ),
  LDP905: at("unit/forge/client.test.ts", "at once for what will not change"),
  LDP906: at("unit/forge/client.test.ts", "when nothing listens"),
  LDP907: at("python/test_local_parts.py", "test_without_java_the_local_run_says_how_to_get_it"),
  LDP908: at("unit/forge/comments.test.ts", "a locked conversation"),
};

test("each code is produced by its example, or by a test that is named here", () => {
  const named = [...Object.keys(examples), ...Object.keys(asserted)];
  expect(named.sort()).toEqual(Object.keys(catalogue).sort());
});

describe("the example", () => {
  const mended = Object.entries(examples).filter(([code]) => rules[code as Code].mended);

  test.each(Object.entries(examples))("of %s has that finding", (code, project) => {
    expect(found(project, rules[code as Code].example)).toContain(code);
  });

  test.each(mended)("of %s, mended, has it no more", (code, project) => {
    expect(found(project, rules[code as Code].mended)).not.toContain(code);
  });
});

test.each(Object.entries(asserted))("%s is asserted by the test that is named", (code, { file, title }) => {
  expect(expectations(file, title)).toMatch(new RegExp(`\\b${code}\\b`));
});

/** The codes that the built command finds in a project with an example's text, or by the command that the example is. */
function found(project: Project, shown: Rule["example"]): string[] {
  if (!shown) throw new Error("There is no example.");
  const folder = mkdtempSync(join(tmpdir(), "ldp-docs-"));
  try {
    if (project.base) cpSync(project.base, folder, { recursive: true });
    for (const [path, text] of Object.entries(project.others ?? {})) write(folder, path, text);
    if (project.file) write(folder, project.file, whole(project.file, shown.text));
    if (!project.file) return [...ldp(shown.text, folder).matchAll(/\bLDP\d{3}\b/g)].map(([code]) => code);
    const printed = ldp(`ldp ${project.command ?? "validate"} --format json 2>error`, folder);
    const { code, diagnostics = [] } = JSON.parse(printed) as {
      readonly code?: string;
      readonly diagnostics?: readonly { readonly code: string }[];
    };
    return [...(code === undefined ? [] : [code]), ...diagnostics.map((one) => one.code)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An example as the file of which it is a part. */
function whole(file: string, text: string): string {
  if (file === "config.yml") return `version: 1\n${text}`;
  return file.endsWith(".py") && text.includes("@dlt.") && !text.includes("import dlt")
    ? `import dlt\n\n\n${text}`
    : text;
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** What a script prints in which `ldp` is the built command. */
function ldp(script: string, cwd: string): string {
  const path = [pythonTools("ruff"), process.env.PATH].join(delimiter);
  const env = { ...process.env, NODE: process.execPath, CLI: cli, PATH: path };
  const { stdout } = spawnSync("bash", ["-c", `exec 2>&1\nldp() { "$NODE" "$CLI" "$@"; }\n${script}`], {
    cwd,
    env,
    encoding: "utf8",
  });
  expect(stdout).not.toBe("");
  return stdout;
}
