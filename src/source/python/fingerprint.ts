import { fingerprint } from "../digest.js";
import type { Expression, FunctionDefinition, Module } from "./ast.js";
import type { Definition, Flow } from "./machine.js";
import { serialise } from "./serialise.js";

/** The parts of a module, with what each binds and uses. */
export interface Parts {
  readonly tree: Module;
  /** Where `spark` is used outside every function. */
  readonly moduleSpark: readonly number[];
}

export function partsOf(tree: Module): Parts {
  return { tree, moduleSpark: [] };
}

/** The fingerprint of a dataset: its definition, and what of the module it uses. */
export function fingerprintOf(_made: readonly (Definition | Flow)[], parts: Parts): string {
  return fingerprint(serialise(parts.tree.body));
}

/**
 * The fingerprint of a definition without its name: what a rename leaves alike. Null where the function does not stand at the module's
 * margin, since values from around it would belong to it.
 */
export function bodyOf(definition: Definition): string | null {
  const node = definition.function?.node;
  if (node === undefined || node.type !== "Function" || definition.statement !== node) return null;
  const unnamed: FunctionDefinition = { ...node, name: "", decorators: node.decorators.map(withoutName) };
  return fingerprint(serialise([unnamed]));
}

function withoutName(decorator: Expression): Expression {
  if (decorator.type !== "Call") return decorator;
  const args = decorator.args.filter((arg) => arg.name !== "name");
  // `@dlt.table(name="x")` is `@dlt.table` under another name.
  return args.length === 0 ? decorator.callee : { ...decorator, args };
}
