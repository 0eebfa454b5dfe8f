import { changeKnown, hole } from "../names.js";
import type { Token } from "./tokens.js";

/**
 * The name that `IDENTIFIER(…)` gives: texts and parameters put together by `||` and `concat`, in upper or lower case; what else stands
 * there is an unknown stretch. `at` is the place of the word IDENTIFIER, `next` the one behind the bracket.
 */
export function identifierName(
  tokens: readonly Token[],
  at: number,
  parameter: (name: string) => string | null = () => null,
): { readonly name: string; readonly next: number } {
  let next = at + 2;
  const isOperator = (value: string) => tokens[next]?.type === "operator" && tokens[next]?.value === value;
  const isEnd = () => tokens[next] === undefined || isOperator(";");

  /** Up to the `,` or `)` that ends the expression. */
  const expression = (depth: number): string => {
    let name = "";
    while (!isEnd() && !isOperator(")") && !isOperator(",")) {
      if (isOperator("||")) next++;
      else name += term(depth);
    }
    return name;
  };
  const term = (depth: number): string => {
    const token = tokens[next];
    next++;
    if (token === undefined) return "";
    if (token.type === "string") return token.value;
    if (token.type === "parameter") return parameter(token.value) ?? hole(token.value);
    if (token.type !== "word" || !isOperator("(")) return hole("…");
    const values = call(depth);
    const [first = ""] = values;
    switch (token.upper) {
      case "CONCAT":
        return values.join("");
      case "LOWER":
      case "LCASE":
        return changeKnown(first, (part) => part.toLowerCase());
      case "UPPER":
      case "UCASE":
        return changeKnown(first, (part) => part.toUpperCase());
      default:
        return hole("…");
    }
  };
  const call = (depth: number): string[] => {
    const values: string[] = [];
    do {
      next++;
      // Deeper than anybody nests calls in a name: what is inside counts as not known.
      values.push(depth > 20 ? skipped() : expression(depth + 1));
    } while (isOperator(","));
    if (isOperator(")")) next++;
    return values;
  };
  const skipped = (): string => {
    for (let level = 0; !isEnd() && !(level === 0 && isOperator(")")); next++) {
      if (isOperator("(")) level++;
      if (isOperator(")")) level--;
    }
    return hole("…");
  };

  let name = expression(0);
  if (isOperator(",")) name = skipped();
  if (isOperator(")")) next++;
  return { name, next };
}
