import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockTaken, ownLockId } from "../../../src/bundle/own-lock.js";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ldp-lock-"));
  file = join(folder, "cli.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

const asking = "09:00:00 Info: Acquiring deployment lock (force: false) pid=7 mutator=lock:acquire\n";
const request = (id: string, status: string, path = "deploy.lock?overwrite=false") =>
  [
    `09:00:01 Debug: POST /api/2.0/workspace-files/import-file/Workspace/Shared/shop/state/${path}`,
    "> {",
    `>   "ID": "${id}",`,
    '>   "User": "tester@example.com"',
    "> }",
    `< HTTP/1.1 ${status}`,
    "< {} pid=7 mutator=lock:acquire sdk=true",
    "",
  ].join("\n");

describe("whose a lock is, by the CLI's own log", () => {
  test.each([
    ["taken", asking + request("mine", "200 OK"), "mine"],
    ["taken once its folder was made", asking + request("mine", "404 Not Found") + request("mine", "200 OK"), "mine"],
    ["somebody else's", asking + request("mine", "409 Conflict"), null],
    ["not answered yet", asking, null],
    ["another file", request("mine", "200 OK", "resources.json?overwrite=true"), null],
    ["nothing", "", null],
  ])("%s", (_what, text, id) => {
    writeFileSync(file, text);
    expect(ownLockId(file)).toBe(id);
  });

  test("without a log it is nobody's", () => {
    expect(ownLockId(file)).toBeNull();
  });
});

describe("a cancelled deploy", () => {
  const waits = async (texts: readonly string[]) => {
    let waited = 0;
    const write = () => writeFileSync(file, texts[Math.min(waited, texts.length - 1)] ?? "");
    write();
    await lockTaken(file, {
      sleep: async () => {
        waited++;
        write();
      },
    });
    return waited;
  };

  test("waits for the answer to its lock, and no longer", async () => {
    expect(await waits([asking, asking, asking + request("mine", "200 OK")])).toBe(2);
  });

  test("does not wait where it is not at the lock, or past it", async () => {
    expect(await waits(["09:00:00 Info: Phase: initialize\n"])).toBe(0);
    expect(await waits([asking + request("mine", "200 OK")])).toBe(0);
  });

  test("waits no longer than there is time for", async () => {
    expect(await waits([asking])).toBe(75);
  });
});
