// All tests, or some of their parts: node scripts/test.mjs [dist] [vitest] [pytest] [workflows]
// Installs what it can, says by name what is missing, and ends with one line: N passed, N failed, N skipped.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { debianPackages, goTool, pythonEnvironment } from "./prerequisites.mjs";
import { installDependencies, node24, root, status, tool, toolEnvironment } from "./toolchain.mjs";

const results = join(root, ".cache", "results");
const counts = { passed: 0, failed: 0, skipped: 0 };
const skipped = [];
const asked = process.argv.slice(2);
const parts = { dist, vitest, pytest, workflows };
const wanted = asked.length > 0 ? asked : Object.keys(parts);
for (const name of wanted) {
  if (Object.hasOwn(parts, name)) continue;
  console.error(`There is no part "${name}": use ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}

installDependencies();
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
for (const name of wanted) {
  console.log(`\n== ${name}`);
  parts[name]();
}
if (skipped.length > 0) console.log(`\nSkipped:\n${[...new Set(skipped)].map((line) => `  ${line}`).join("\n")}`);
console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);

/** Whether dist/ is what the sources build, and the sources are well typed and formatted. */
function dist() {
  one("the sources are well typed", status(node24(), [tool("tsc"), "--noEmit", "-p", "tsconfig.test.json"]));
  one(
    "the sources are formatted and linted",
    status(node24(), [tool("biome"), "check", ".", "--diagnostic-level=error"]),
  );
  one("dist/ is what the sources build", status(node24(), ["scripts/build.mjs", "--check"]));
}

function vitest() {
  debianPackages({ chromium: ["chromium"], dot: ["graphviz"] });
  const python = pythonEnvironment();
  report("vitest", ["--exclude", "test/workflows/**"], environment(python));
}

function workflows() {
  const python = pythonEnvironment();
  const tools = {
    ACT_PATH: goTool("github.com/nektos/act", "v0.2.89"),
    ACTIONLINT_PATH: goTool("github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12"),
  };
  report("workflows", ["test/workflows"], { ...environment(python), ...tools });
}

function report(name, args, env) {
  const file = join(results, `${name}.xml`);
  const code = status(
    node24(),
    [tool("vitest"), "run", ...args, "--reporter=dot", "--reporter=junit", `--outputFile.junit=${file}`],
    {
      env: toolEnvironment({ ...env, NO_COLOR: "1" }),
    },
  );
  collect(name, file, code);
}

function pytest() {
  debianPackages({ java: ["openjdk-17-jre-headless"], dot: ["graphviz"] });
  const python = pythonEnvironment();
  if (!python) {
    counts.failed += 1;
    console.error("Python 3.10 or newer with venv and pip is missing: the Python tests can't run.");
    return;
  }
  const file = join(results, "pytest.xml");
  collect(
    "pytest",
    file,
    status(python, ["-m", "pytest", "-q", "-rs", "test/python", `--junitxml=${file}`], {
      env: toolEnvironment(environment(python)),
    }),
  );
}

function environment(python) {
  return python ? { LDP_TEST_PYTHON: python } : {};
}

/** One check that is no test of a framework. */
function one(name, code) {
  counts[code === 0 ? "passed" : "failed"] += 1;
  console.log(`${code === 0 ? "ok" : "FAILED"}: ${name}`);
}

/** Adds up a JUnit file; a run that failed without one counts as a failure. */
function collect(name, file, code) {
  const before = counts.failed;
  if (existsSync(file)) {
    for (const [, attributes, rest] of readFileSync(file, "utf8").matchAll(
      /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
    )) {
      const body = rest ?? "";
      if (/<(failure|error)\b/.test(body)) counts.failed += 1;
      else if (/<skipped\b/.test(body)) {
        counts.skipped += 1;
        const title = /\bname="([^"]*)"/.exec(attributes)?.[1] ?? "?";
        const reason = /<skipped\b[^>]*\bmessage="([^"]*)"/.exec(body)?.[1];
        skipped.push(decodeXml(`${name}: ${title}${reason ? ` (${reason})` : ""}`));
      } else counts.passed += 1;
    }
  }
  if (code !== 0 && counts.failed === before) {
    counts.failed += 1;
    console.error(`${name} ended with status ${code} without a failed test: see above.`);
  }
}

function decodeXml(text) {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&#10;", " ")
    .replaceAll("&amp;", "&");
}
