import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Labelled {
  readonly datasets: readonly { readonly name: string | null; readonly reads?: readonly string[] }[];
  readonly sinks?: readonly { readonly name: string | null; readonly reads?: readonly string[] }[];
}

const folder = join("test", "public");
const files = readdirSync(folder).filter((name) => name.endsWith(".labels.json"));

test("the table of public repositories has the commits and the counts of their labels", () => {
  const rows = files.map((file) => {
    const label = JSON.parse(readFileSync(join(folder, file), "utf8"));
    const modules: Labelled[] = Object.values(label.modules);
    const made = modules.map((one) => [...one.datasets, ...(one.sinks ?? [])]);
    const datasets = made.map((all) => new Set(all.map((one) => one.name)).size).reduce((a, b) => a + b, 0);
    const reads = made.flat().reduce((sum, one) => sum + new Set(one.reads).size, 0);
    return [`\`${label.repository}\``, `\`${label.commit.slice(0, 12)}\``, modules.length, datasets, reads].map(String);
  });
  const shown = readFileSync(join("docs", "testing.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| `[^`]+\/[^`]+` \|/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map((cells) => [cells[1], cells[2], cells[3], cells[4], cells[7]]);
  expect(files.length).toBeGreaterThanOrEqual(10);
  expect(shown).toEqual(rows);
});

test("labels are of a whole commit, name each dataset once, and have a reason for what is left out", () => {
  for (const file of files) {
    const label = JSON.parse(readFileSync(join(folder, file), "utf8"));
    expect(`${label.repository}.labels.json`.replace("/", "+")).toBe(file);
    expect(label.commit).toMatch(/^[0-9a-f]{40}$/);
    for (const reason of Object.values(label.left_out)) expect(reason).toMatch(/\w/);
    for (const [path, { datasets }] of Object.entries<Labelled>(label.modules)) {
      const names = datasets.map((dataset) => String(dataset.name).toLowerCase());
      expect({ path, names }).toEqual({ path, names: [...new Set(names)] });
    }
  }
});
