import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a config.yml of these bytes; null for none. */
function project(config: string | Uint8Array | null): string {
  const folder = mkdtempSync(join(tmpdir(), "ldp-bad-"));
  folders.push(folder);
  if (config !== null) writeFileSync(join(folder, "config.yml"), config);
  return folder;
}

function ldp(folder: string, ...args: string[]) {
  const before = files(folder);
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, "-C", folder], {
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  expect(files(folder), "nothing is written").toEqual(before);
  return { status, stdout, stderr };
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/** Exit status and `code line` of each finding of `ldp validate`. */
function validate(folder: string, ...args: string[]): [number | null, ...string[]] {
  const { status, stdout, stderr } = ldp(folder, "validate", "--format", "json", ...args);
  expect(stderr).toBe("");
  const { schema, diagnostics } = JSON.parse(stdout);
  expect(schema).toBe("ldp.validate/1");
  return [status, ...diagnostics.map(({ code, line }: { code: string; line: number }) => `${code} ${line}`)];
}

const table = (fields: string) => `version: 1\ntables:\n  - {layer: bronze, ${fields}}\n`;

describe("config.yml that can't be used", () => {
  test.each<[string, string | Uint8Array | null, [number, ...string[]]]>([
    ["missing", null, [2, "LDP101 1"]],
    ["empty", "", [1, "LDP103 1"]],
    ["only a comment", "# nothing\n", [1, "LDP103 1"]],
    ["a list", "- a\n", [1, "LDP103 1"]],
    ["binary", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe]), [2, "LDP101 1"]],
    ["NUL characters", "version: 1\n\0\0\0", [1, "LDP102 2"]],
    ["10 MB of YAML", `tables:\n${"  - {name: a, layer: bronze}\n".repeat(360_000)}`, [1, "LDP105 1"]],
    ["100,000 brackets", "[".repeat(100_000), [1, "LDP105 1"]],
    ["an anchor that contains itself", "version: &v [*v]\n", [1, "LDP105 1"]],
    ["tabs", "version: 1\ntables:\n\t- name: a\n", [1, "LDP102 3"]],
    ["keys given twice", "version: 1\nversion: 1\ntables: []\n", [1, "LDP102 2"]],
    ["a name with a line end", table('name: "a\\n::error::x"'), [1, "LDP103 3"]],
    ["a name that is a workflow command", table('name: "::add-mask::x"'), [1, "LDP103 3"]],
    ["a module outside", table('name: a, module: "../a.py"'), [1, "LDP103 3"]],
    ["an absolute module", table("name: a, module: /etc/passwd"), [1, "LDP103 3"]],
  ])("%s", (_, config, expected) => {
    expect(validate(project(config), "--no-source")).toEqual(expected);
  });

  test("an alias bomb", () => {
    const lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg", "gh"]) {
      lines.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(",")}]`);
    }
    const [exit, first, ...more] = validate(project(`${lines.join("\n")}\n`));
    expect([exit, first?.slice(0, 6), more]).toEqual([1, "LDP105", []]);
  });

  test("a directory", () => {
    const folder = project(null);
    mkdirSync(join(folder, "config.yml"));
    expect(validate(folder)).toEqual([2, "LDP101 1"]);
  });

  test("no folder at all", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [cli, "validate", "-C", join(tmpdir(), "ldp-none"), "--format", "json"],
      {
        encoding: "utf8",
      },
    );
    expect([status, JSON.parse(stdout).diagnostics[0].code]).toEqual([2, "LDP101"]);
  });

  test("symbolic links: the config, a module, and a folder above a module", () => {
    const target = project(null);
    writeFileSync(join(target, "real.py"), "");
    writeFileSync(join(target, "config.yml"), "version: 1\ntables: []\n");
    const folder = project(table("name: a, module: t/link.py}\n  - {layer: bronze, name: b, module: t/f/real.py"));
    mkdirSync(join(folder, "t"));
    symlinkSync(join(target, "real.py"), join(folder, "t", "link.py"));
    symlinkSync(target, join(folder, "t", "f"));
    expect(validate(folder)).toEqual([1, "LDP103 3", "LDP103 4"]);
    const linked = project(null);
    symlinkSync(join(target, "config.yml"), join(linked, "config.yml"));
    expect(validate(linked)).toEqual([2, "LDP101 1"]);
  });

  test("a byte order mark and CRLF are no mistake", () => {
    expect(validate(project("\ufeffversion: 1\r\ntables: []\r\n"))).toEqual([0]);
  });
});

describe("output that stays in its line", () => {
  const config = table('name: "a\\n::error::x", description: "\\e[31m", color: "\\u202e", owner: 5');

  test("text has no control characters and no workflow command", () => {
    const { status, stdout } = ldp(project(config), "validate", "--no-source");
    expect(status).toBe(1);
    expect(stdout).not.toMatch(/^::/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e]/);
  });
});

describe("usage", () => {
  test.each([
    ["an unknown command", ["bogus"]],
    ["an unknown option", ["plan", "--bogus"]],
    ["an unknown format", ["plan", "--format", "xml"]],
    ["an unknown tag mode", ["plan", "--tag-mode", "xor"]],
    ["an unknown mode", ["plan", "--mode", "fast"]],
    ["a selection with streaming", ["plan", "--mode", "streaming", "--tags", "x"]],
    ["an option without its value", ["plan", "--tags"]],
    ["a base that is no revision", ["plan", "--base", "nowhere"]],
    ["a base that looks like an option", ["plan", "--base", "--output=x"]],
    ["an unknown diagnostic", ["explain", "LDP999"]],
  ])("%s exits 2, with words on stderr", (_, args) => {
    const folder = project("version: 1\ntables: []\n");
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: "utf8", cwd: folder });
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toBe("");
    expect(stderr).not.toMatch(/ at .*\.js:\d+/);
  });

  test("with --format json the error is one document", () => {
    const folder = project("version: 1\ntables: []\n");
    const { status, stdout } = spawnSync(process.execPath, [cli, "plan", "--bogus", "--format", "json"], {
      encoding: "utf8",
      cwd: folder,
    });
    expect([status, JSON.parse(stdout)]).toMatchObject([2, { schema: "ldp.error/1", code: "LDP901" }]);
  });

  test("help and version", () => {
    const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: "utf8" });
    expect(run("--version")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(run("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("validate") });
    expect(run("plan", "--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--tags") });
  });
});
