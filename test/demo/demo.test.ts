import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeRepository } from "../e2e/git.ts";
import { demoChange } from "./change.ts";
import { exampleFiles } from "./example.ts";

const top = fileURLToPath(new URL("../../", import.meta.url));

describe("npm run demo", () => {
  it("plays a pull request, prints its comment, and leaves it with the graph as a page", () => {
    const demo = spawnSync(process.execPath, [join(top, "scripts", "demo.mjs"), "--no-cli"], { encoding: "utf8" });
    expect(demo.status, demo.stdout + demo.stderr).toBe(0);
    expect(demo.stdout).toMatch(
      /First push[\s\S]*error config\.yml:\d+: "orders_by_customer" depends on "orders_silvr"/,
    );
    expect(demo.stdout).toContain(
      "1 comment on the pull request, written by the first push and updated by the second.",
    );
    const comment = readFileSync(join(top, "demo-output", "comment.md"), "utf8");
    expect(demo.stdout).toContain(comment);
    expect(comment).toMatch(/^<!-- ldp-action:comment= .* -->\n.*3 tables change/);
    expect(readFileSync(join(top, "demo-output", "index.html"), "utf8")).toContain('<pre class="mermaid">flowchart');
    expect(existsSync(join(top, "demo-output", "dag.html"))).toBe(true);
    expect(demo.stdout).toContain("put `databricks` on PATH");
  });
});

describe("what the demo plays", () => {
  it("follows edits of example-repo/, committed or not", () => {
    const repository = makeRepository({
      "example-repo/config.yml": "a: 1\n",
      "example-repo/gone.py": "",
      "other.py": "",
    });
    onTestFinished(() => rmSync(repository.folder, { recursive: true }));
    repository.commit("More", { "example-repo/.gitignore": "*.log\n" });
    const edits = { "config.yml": "a: 2\n", "new.py": "x = 1\n", "x.log": "" };
    for (const [path, text] of Object.entries(edits)) repository.write(`example-repo/${path}`, text);
    repository.write("example-repo/gone.py", null);
    expect(exampleFiles(repository.folder)).toEqual({
      committed: { "config.yml": "a: 1\n", "gone.py": "", ".gitignore": "*.log\n" },
      current: { "config.yml": "a: 2\n", "new.py": "x = 1\n", ".gitignore": "*.log\n" },
    });
  });

  it("leaves an edit out whose place was changed by hand", () => {
    const { current } = exampleFiles(top);
    const silver = "transformations/silver/orders_silver.py";
    expect(demoChange(current).first[silver]).toContain("amount >= 1");
    const other = { ...current, [silver]: "# rewritten\n" };
    expect(demoChange(other).first).not.toHaveProperty([silver]);
    expect(demoChange({}).second["config.yml"]).toContain("orders_by_customer");
  });
});
