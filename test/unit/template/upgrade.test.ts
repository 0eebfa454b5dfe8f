import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { initProject } from "../../../src/commands/init.js";
import { renderUpgrade, upgradeProject } from "../../../src/commands/upgrade.js";
import { memoryTree } from "../../../src/project/tree.js";
import { checkEngineVersion } from "../../../src/template/engine-version.js";
import { contentHash, type EngineManifest, MANIFEST } from "../../../src/template/template.js";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ldp-upgrade-"));
  initProject(dir, { name: "shop" });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const engine = "pipelines/ldp_engine.py";
const read = (path: string) => readFileSync(join(dir, path), "utf8");
const write = (path: string, text: string) => writeFileSync(join(dir, path), text);
const manifest = (): EngineManifest => JSON.parse(read(MANIFEST));

/** Makes a file as an older version of ldp would have left it: other text, and its hash in the manifest. */
function writtenByAnOlderVersion(path: string, text: string) {
  write(path, text);
  write(
    MANIFEST,
    JSON.stringify({ ...manifest(), version: "0.9.0", files: { ...manifest().files, [path]: contentHash(text) } }),
  );
}

describe("ldp upgrade", () => {
  test("has nothing to do right after ldp init", () => {
    expect(upgradeProject(dir)).toMatchObject({ renewed: [], added: [], removed: [], edited: [] });
    expect(renderUpgrade(upgradeProject(dir))).toBe("The engine is of version 1.0.0 already.\n");
  });

  test("renews a file that nobody edited", () => {
    const current = read(engine);
    writtenByAnOlderVersion(engine, "# older\n");
    const result = upgradeProject(dir);
    expect(result).toMatchObject({ from: "0.9.0", to: "1.0.0", renewed: [engine], edited: [] });
    expect(read(engine)).toBe(current);
    expect(manifest().version).toBe("1.0.0");
    expect(renderUpgrade(result)).toContain("Renewed:\n  pipelines/ldp_engine.py\n");
  });

  test("renews a file whose line ends git has turned into CRLF", () => {
    writtenByAnOlderVersion(engine, "# older\n");
    write(engine, "# older\r\n");
    expect(upgradeProject(dir).renewed).toEqual([engine]);
  });

  test("leaves an edited file alone and names it, also the next time", () => {
    writtenByAnOlderVersion(engine, "# older\n");
    write(engine, "# older, and ours\n");
    for (const _ of [1, 2]) {
      const result = upgradeProject(dir);
      expect(result.edited).toEqual([engine]);
      expect(read(engine)).toBe("# older, and ours\n");
      expect(renderUpgrade(result)).toContain("Left alone, since somebody edited them:\n  pipelines/ldp_engine.py\n");
    }
  });

  test("writes a file that is missing, and removes one that the engine has no more", () => {
    rmSync(join(dir, engine));
    writtenByAnOlderVersion("pipelines/ldp/obsolete.py", "# old\n");
    const result = upgradeProject(dir);
    expect(result).toMatchObject({ added: [engine], removed: ["pipelines/ldp/obsolete.py"] });
    expect(manifest().files).not.toHaveProperty("pipelines/ldp/obsolete.py");
  });

  test("takes no file's word without a manifest: what differs counts as edited", () => {
    rmSync(join(dir, MANIFEST));
    write(engine, "# whose?\n");
    expect(upgradeProject(dir)).toMatchObject({ from: null, edited: [engine], renewed: [] });
  });

  test("touches nothing but the engine, whatever a manifest says", () => {
    write("config.yml", "version: 1\ntables: []\n");
    write(
      MANIFEST,
      JSON.stringify({
        ...manifest(),
        files: { "../x.py": "sha256:0", "config.yml": contentHash(read("config.yml")) },
      }),
    );
    upgradeProject(dir);
    expect(read("config.yml")).toBe("version: 1\ntables: []\n");
  });

  test("does not write through a link", () => {
    rmSync(join(dir, engine));
    symlinkSync(join(dir, "README.md"), join(dir, engine));
    expect(() => upgradeProject(dir)).toThrow(/is not a file/);
  });

  test("says so where there is no engine", () => {
    rmSync(join(dir, "pipelines"), { recursive: true });
    expect(() => upgradeProject(dir)).toThrow(/has no engine to upgrade/);
  });
});

describe("LDP106", () => {
  const tree = (version: string) =>
    memoryTree({ [engine]: "", [MANIFEST]: JSON.stringify({ schema: "ldp.engine/1", version, files: {} }) });

  test.each(["1.4.0", "1.0.9", "1.4.7"])("engine %s is fine for ldp 1.4.2", (version) => {
    expect(checkEngineVersion(tree(version), "1.4.2")).toEqual([]);
  });

  test.each([
    ["0.9.0", "Run `ldp upgrade`, and commit the renewed files"],
    ["1.5.0", "Use ldp 1.5 or later"],
    ["2.0.0", "Use ldp 2.0 or later"],
  ])("engine %s is too far from ldp 1.4.2", (version, hint) => {
    expect(checkEngineVersion(tree(version), "1.4.2")).toEqual([
      {
        code: "LDP106",
        severity: "warning",
        message: `the engine is of version ${version}, and this is ldp 1.4.2`,
        file: MANIFEST,
        line: 1,
        column: 1,
        hint,
      },
    ]);
  });

  test.each([undefined, "{", "[]", '{"schema":"ldp.engine/1","version":"1.0.0","files":{"../x":"sha256:0"}}'])(
    "an engine whose manifest is %s does not say its version",
    (text) => {
      const files = text === undefined ? { [engine]: "" } : { [engine]: "", [MANIFEST]: text };
      expect(checkEngineVersion(memoryTree(files)).map(({ code, file }) => [code, file])).toEqual([["LDP106", engine]]);
    },
  );

  test("a project without the engine has none", () => {
    expect(checkEngineVersion(memoryTree({ "config.yml": "" }))).toEqual([]);
  });
});
