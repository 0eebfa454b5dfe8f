import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { archiveName, checksum, findCli, type ToolCache } from "../../../src/bundle/install.js";
import { runProcess } from "../../../src/system/process.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ldp-install-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says a version; not the CLI. */
function program(name: string, says: string): string {
  const path = join(folder, name, "databricks");
  mkdirSync(join(folder, name));
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

function tools(env: Record<string, string>) {
  const log: string[] = [];
  return {
    log,
    tools: {
      run: runProcess,
      env,
      sleep: async () => {},
      now: () => 0,
      log: (line: string) => void log.push(line),
      temporary: folder,
    },
  };
}

/** A release that downloads are answered from. */
function release(archive: string, sums: (hash: string) => string): ToolCache & { asked: string[]; kept: string[] } {
  const asked: string[] = [];
  const kept: string[] = [];
  return {
    asked,
    kept,
    find: async () => null,
    download: async (url) => {
      asked.push(url);
      const file = join(folder, String(asked.length));
      const hash = createHash("sha256").update(archive).digest("hex");
      writeFileSync(file, url.endsWith("SHA256SUMS") ? sums(hash) : archive);
      return file;
    },
    extract: async () => join(folder, "unpacked"),
    keep: async (path, version) => {
      kept.push(version);
      return path;
    },
  };
}

const linux = { platform: "linux", arch: "x64" } as const;
const name = "databricks_cli_1.13.0_linux_amd64.tar.gz";

describe("which CLI is used", () => {
  test("the one that DATABRICKS_CLI_PATH names, and it must do", async () => {
    const path = program("named", "Databricks CLI v1.20.1");
    const { tools: made } = tools({ DATABRICKS_CLI_PATH: path });
    expect(await findCli({ version: null, baseUrl: null }, null, made)).toEqual({
      path,
      version: "1.20.1",
      from: "DATABRICKS_CLI_PATH",
    });
    await expect(findCli({ version: "1.13.0", baseUrl: null }, null, made)).rejects.toMatchObject({ code: "LDP506" });
  });

  test("the one on PATH when its version will do, else a download", async () => {
    program("bin", "Databricks CLI v1.13.0");
    const { tools: made } = tools({ PATH: join(folder, "bin") });
    expect(await findCli({ version: "1.13", baseUrl: null }, null, made)).toMatchObject({
      version: "1.13.0",
      from: "PATH",
    });
    const mirror = release("x", (hash) => `${hash}  databricks_cli_1.14.2_linux_amd64.tar.gz\n`);
    const found = await findCli(
      { version: "1.14.2", baseUrl: "https://mirror.example.com/cli/", ...linux },
      mirror,
      made,
    );
    expect(found).toMatchObject({ version: "1.14.2", from: "download", path: join(folder, "unpacked", "databricks") });
    expect(mirror.asked.sort()).toEqual([
      "https://mirror.example.com/cli/v1.14.2/databricks_cli_1.14.2_SHA256SUMS",
      "https://mirror.example.com/cli/v1.14.2/databricks_cli_1.14.2_linux_amd64.tar.gz",
    ]);
    expect(mirror.kept).toEqual(["1.14.2"]);
  });

  test("the one that was kept, without a download", async () => {
    const cache = { ...release("x", () => ""), find: async () => join(folder, "kept") };
    const { tools: made } = tools({});
    const found = await findCli({ version: null, baseUrl: null, ...linux }, cache, made);
    expect(found).toEqual({ path: join(folder, "kept", "databricks"), version: "1.13.0", from: "cache" });
    expect(cache.asked).toEqual([]);
  });

  test.each([
    ["the old Python CLI", "Version 0.18.0", null, "does not say its version"],
    ["one before 1.0", "Databricks CLI v0.281.0", ">=0.1", "at least 1.0.0 is needed"],
  ])("never %s (LDP506)", async (_what, says, version, message) => {
    program("bin", says);
    const { tools: made } = tools({ PATH: join(folder, "bin") });
    const failure = findCli({ version, baseUrl: null }, null, made);
    await expect(failure).rejects.toMatchObject({ code: "LDP506" });
    await expect(failure).rejects.toThrow(message);
  });

  test("none on a machine without one is an error that says how to get it", async () => {
    await expect(findCli({ version: null, baseUrl: null }, null, tools({}).tools)).rejects.toMatchObject({
      code: "LDP506",
      hint: expect.stringContaining("DATABRICKS_CLI_PATH"),
    });
  });

  test("a wanted version that is none (LDP506)", async () => {
    await expect(findCli({ version: "latest", baseUrl: null }, null, tools({}).tools)).rejects.toMatchObject({
      code: "LDP506",
    });
  });
});

describe("a download (LDP507)", () => {
  const attempt = (sums: (hash: string) => string) =>
    findCli({ version: null, baseUrl: null, ...linux }, release("x", sums), tools({}).tools);

  test("is not used with another checksum", async () => {
    const failure = attempt(() => `${"0".repeat(64)}  ${name}\n`);
    await expect(failure).rejects.toMatchObject({ code: "LDP507" });
    await expect(failure).rejects.toThrow("it is not used");
  });

  test("is not used without a checksum", async () => {
    await expect(attempt((hash) => `${hash}  other.tar.gz\n`)).rejects.toThrow(`no line for ${name}`);
  });

  describe("with a hash of one's own", () => {
    const hash = createHash("sha256").update("x").digest("hex");
    const pinned = (sha256: readonly string[], cache: ToolCache) =>
      findCli({ version: "1.13.0", baseUrl: null, sha256, ...linux }, cache, tools({}).tools);

    test("is used when it is one of those, and its release is not asked", async () => {
      const cache = release("x", () => "");
      expect(await pinned(["0".repeat(64), hash], cache)).toMatchObject({ from: "download" });
      expect(cache.asked.map((url) => url.split("/").pop())).toEqual([name]);
    });

    test("is not used with another, although its release vouches for it", async () => {
      const cache = release("x", (real) => `${real}  ${name}\n`);
      const failure = pinned(["0".repeat(64)], cache);
      await expect(failure).rejects.toMatchObject({ code: "LDP507" });
      await expect(failure).rejects.toThrow(`databricks-cli-sha256 has ${"0".repeat(64)}: it is not used`);
      expect(cache.kept).toEqual([]);
    });

    test("is downloaded anew, not taken from what was kept", async () => {
      const cache = { ...release("x", () => ""), find: async () => join(folder, "kept") };
      expect(await pinned([hash], cache)).toMatchObject({ from: "download" });
    });
  });

  test("that fails says the address", async () => {
    const cache = { ...release("x", () => ""), download: () => Promise.reject(new Error("404")) };
    const failure = findCli({ version: null, baseUrl: null, ...linux }, cache, tools({}).tools);
    await expect(failure).rejects.toMatchObject({
      code: "LDP507",
      hint: expect.stringContaining("databricks-cli-base-url"),
    });
  });

  test("below 1.0 is refused", async () => {
    await expect(
      findCli(
        { version: "0.299.0", baseUrl: null, ...linux },
        release("x", () => ""),
        tools({}).tools,
      ),
    ).rejects.toMatchObject({ code: "LDP506" });
  });
});

test.each([
  ["linux", "x64", "databricks_cli_1.13.0_linux_amd64.tar.gz"],
  ["linux", "arm64", "databricks_cli_1.13.0_linux_arm64.tar.gz"],
  ["darwin", "arm64", "databricks_cli_1.13.0_darwin_arm64.tar.gz"],
  ["win32", "x64", "databricks_cli_1.13.0_windows_amd64.zip"],
])("the archive for %s on %s is %s", (platform, arch, expected) => {
  expect(archiveName("1.13.0", platform, arch)).toBe(expected);
});

test("there is none for other machines", () => {
  expect(() => archiveName("1.13.0", "aix", "ppc64")).toThrow("no Databricks CLI for aix on ppc64");
});

test("a checksum file is read line by line", () => {
  const text = `${"a".repeat(64)}  one.zip\n${"B".repeat(64)} *two.zip\nshort  three.zip\n`;
  expect([checksum(text, "one.zip"), checksum(text, "two.zip"), checksum(text, "three.zip")]).toEqual([
    ["a".repeat(64)],
    ["b".repeat(64)],
    [],
  ]);
});
