import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderCache } from "../../../src/bundle/folder-cache.js";
import { archiveName, findCli } from "../../../src/bundle/install.js";
import { actionsToolCache } from "../../../src/bundle/tool-cache.js";
import { runProcess } from "../../../src/system/process.js";

let folder = "";
let server: Server;
let url = "";
const asked: string[] = [];
const saved = { temp: process.env.RUNNER_TEMP, cache: process.env.RUNNER_TOOL_CACHE };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "ldp-mirror-"));
  process.env.RUNNER_TEMP = join(folder, "temp");
  process.env.RUNNER_TOOL_CACHE = join(folder, "tools");
  // A mirror on loopback with a release whose program is not the CLI.
  const release = join(folder, "release");
  mkdirSync(release);
  writeFileSync(join(release, "databricks"), "#!/bin/sh\necho 'Databricks CLI v1.13.0'\n");
  chmodSync(join(release, "databricks"), 0o755);
  const archive = join(folder, "archive.tar.gz");
  execFileSync("tar", ["-czf", archive, "-C", release, "databricks"]);
  const name = archiveName("1.13.0", "linux", "x64");
  const hash = createHash("sha256").update(readFileSync(archive)).digest("hex");
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (request.url === `/v1.13.0/${name}`) response.end(readFileSync(archive));
    else if (request.url === "/v1.13.0/databricks_cli_1.13.0_SHA256SUMS") response.end(`${hash}  ${name}\n`);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  asked.length = 0;
  restore("RUNNER_TEMP", saved.temp);
  restore("RUNNER_TOOL_CACHE", saved.cache);
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

test.skipIf(process.platform === "win32").each([
  ["tool cache", () => actionsToolCache({ ...process.env })],
  ["folder of the user's", () => folderCache({ XDG_CACHE_HOME: join(folder, "cache") }, runProcess)],
])("the CLI comes from a mirror once, and from the %s then", async (_where, cache) => {
  const tools = { run: runProcess, env: {}, sleep: async () => {}, now: () => 0, log: () => {}, temporary: folder };
  const options = { version: "1.13.0", baseUrl: url, platform: "linux", arch: "x64" } as const;
  const first = await findCli(options, cache(), tools);
  expect(first).toMatchObject({ version: "1.13.0", from: "download" });
  expect(execFileSync(first.path, ["--version"], { encoding: "utf8" })).toBe("Databricks CLI v1.13.0\n");
  expect(asked.length).toBe(2);
  const second = await findCli(options, cache(), tools);
  expect(second).toMatchObject({ from: "cache" });
  expect(asked.length).toBe(2);
});

test("a mirror without the version is an error with the address (LDP507)", async () => {
  const tools = { run: runProcess, env: {}, sleep: async () => {}, now: () => 0, log: () => {}, temporary: folder };
  const cache = folderCache({ XDG_CACHE_HOME: join(folder, "cache") }, runProcess);
  const failure = findCli({ version: "1.99.0", baseUrl: url, platform: "linux", arch: "x64" }, cache, tools);
  await expect(failure).rejects.toThrow(`${url}/v1.99.0/`);
  await expect(failure).rejects.toMatchObject({ code: "LDP507" });
});
