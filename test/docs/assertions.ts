import { readFileSync } from "node:fs";
import { parseAst } from "vitest/node";

/**
 * The text of what one test expects: its `expect(…)` chains, and of `test.each` the cells that such a chain uses. A chain that
 * expects something not to be there is left out. Tests of one title are taken together.
 * @param title as it is written in the file, with `%s` where there is one; for Python the function's name
 * @throws Error when the file has no such test
 */
export function expectations(file: string, title: string): string {
  const text = readFileSync(file, "utf8");
  const found = file.endsWith(".py") ? pythonAssertions(text, title) : tests(text, title);
  if (found.length === 0) throw new Error(`${file} has no test "${title}".`);
  return found.join("\n");
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string; readonly start: number; readonly end: number };

function tests(text: string, title: string): string[] {
  const calls = below(parseAst(text, { lang: "ts" }) as unknown as Node).filter(isCall);
  return calls
    .filter(
      ({ callee, arguments: [first] }) =>
        /^(test|it)\b/.test(slice(text, callee)) && first?.type === "Literal" && first.value === title,
    )
    .map(({ callee, arguments: args }) => {
      const body = args.at(-1);
      if (!body || !Array.isArray(body.params)) throw new Error(`"${title}" has no function.`);
      const expected = below(body)
        .filter((node) => isCall(node) && isPositive(slice(text, node)))
        .map((node) => slice(text, node));
      return [...expected, ...usedCells(text, callee, body.params as Node[], expected)].join("\n");
    });
}

/** `expect(…).toX(…)`, whole, and expecting that something is there. */
function isPositive(call: string): boolean {
  return (
    /^expect(\.\w+)?\(/.test(call) &&
    /\)\.(rejects\.)?to\w+\(/.test(call) &&
    !/\)\.(rejects\.)?(not\.|toBeUndefined|toBeNull|toEqual\(\[\]\)|toBe\(false\))/.test(call)
  );
}

/** The cells of the rows of `test.each` whose parameter is named in what is expected. */
function usedCells(text: string, callee: Node, params: readonly Node[], expected: readonly string[]): string[] {
  const rows = below(callee).find((node) => node.type === "ArrayExpression");
  if (!rows) return [];
  return params.flatMap((param, index) => {
    const name = typeof param.name === "string" ? param.name : "";
    if (!expected.some((one) => new RegExp(`\\b${name}\\b`).test(one))) return [];
    return (rows.elements as Node[]).flatMap((row) => {
      const cell = row.type === "ArrayExpression" ? (row.elements as Node[])[index] : undefined;
      return cell ? [slice(text, cell)] : [];
    });
  });
}

function below(node: Node): Node[] {
  const children = Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
  return [node, ...children.flatMap(below)];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function isCall(node: Node): node is Node & { readonly callee: Node; readonly arguments: readonly Node[] } {
  return node.type === "CallExpression";
}

function slice(text: string, { start, end }: Node): string {
  return text.slice(start, end);
}

/** Statements of a function that start with `assert`, or call the helper `refused`, whose first argument is a code. */
function pythonAssertions(text: string, name: string): string[] {
  return text
    .split(/^(?=def |class |@|[A-Z]\w* *[:=])/m)
    .filter((part) => part.startsWith(`def ${name}(`))
    .map((part) =>
      part
        .split(/^(?= {4}[^\s\])}])/m)
        .filter((statement) => /^ *assert |\brefused\(/m.test(statement))
        .join(""),
    );
}
