/**
 * The syntax tree of a Python module, near to CPython's own `ast`. Comments, formatting and redundant brackets are not in it; strings
 * that stand side by side are one. Offsets count UTF-16 units of the module's text.
 */
export interface Node {
  readonly start: number;
  readonly end: number;
}

export type Expression =
  | Name
  | Text
  | Bytes
  | Formatted
  | Num
  | Constant
  | Attribute
  | Call
  | Subscript
  | Sequence
  | Dict
  | Comprehension
  | Operation
  | Comparison
  | Unary
  | Conditional
  | Lambda
  | Wrapped
  | Named
  | Slice;

export interface Name extends Node {
  readonly type: "Name";
  readonly id: string;
}

export interface Text extends Node {
  readonly type: "Text";
  readonly value: string;
  /** Pairs of an offset in `value` and its offset in the module: where a piece that is spelled as it is begins. */
  readonly map: readonly number[];
}

export interface Bytes extends Node {
  readonly type: "Bytes";
  readonly value: string;
}

/** A formatted string: texts and expressions in turn. */
export interface Formatted extends Node {
  readonly type: "Formatted";
  /** Whether it is a template (`t"…"`), which is no text. */
  readonly template?: boolean;
  readonly parts: readonly (Text | FormattedValue)[];
}

export interface FormattedValue extends Node {
  readonly type: "FormattedValue";
  readonly value: Expression;
  readonly conversion: string;
  readonly format: readonly (Text | FormattedValue)[] | null;
}

export interface Num extends Node {
  readonly type: "Num";
  /** In one spelling for each value: `1_000` and `0x3e8` are `1000`. */
  readonly value: string;
}

export interface Constant extends Node {
  readonly type: "Constant";
  readonly value: "None" | "True" | "False" | "...";
}

export interface Attribute extends Node {
  readonly type: "Attribute";
  readonly object: Expression;
  readonly name: string;
  readonly nameStart: number;
}

export interface Call extends Node {
  readonly type: "Call";
  readonly callee: Expression;
  readonly args: readonly Argument[];
}

export interface Argument {
  readonly name: string | null;
  readonly star: "" | "*" | "**";
  readonly value: Expression;
}

export interface Subscript extends Node {
  readonly type: "Subscript";
  readonly object: Expression;
  readonly index: Expression;
}

export interface Sequence extends Node {
  readonly type: "Tuple" | "List" | "Set";
  readonly items: readonly Expression[];
}

export interface Dict extends Node {
  readonly type: "Dict";
  /** A null key stands for `**value`. */
  readonly entries: readonly { readonly key: Expression | null; readonly value: Expression }[];
}

export interface Comprehension extends Node {
  readonly type: "Comprehension";
  readonly kind: "list" | "set" | "dict" | "generator";
  readonly element: Expression;
  /** The value of a dict's element; null for the others. */
  readonly value: Expression | null;
  readonly clauses: readonly ComprehensionClause[];
}

export interface ComprehensionClause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly conditions: readonly Expression[];
  readonly async: boolean;
}

/** A binary operation, `and` and `or` included. */
export interface Operation extends Node {
  readonly type: "Operation";
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Comparison extends Node {
  readonly type: "Comparison";
  readonly first: Expression;
  readonly rest: readonly { readonly operator: string; readonly value: Expression }[];
}

export interface Unary extends Node {
  readonly type: "Unary";
  readonly operator: string;
  readonly operand: Expression;
}

export interface Conditional extends Node {
  readonly type: "Conditional";
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}

export interface Lambda extends Node {
  readonly type: "Lambda";
  readonly parameters: readonly Parameter[];
  readonly body: Expression;
}

/** `await x`, `*x`, `yield x`, `yield from x`. */
export interface Wrapped extends Node {
  readonly type: "Await" | "Star" | "Yield" | "YieldFrom";
  readonly value: Expression | null;
}

export interface Named extends Node {
  readonly type: "Named";
  readonly target: Expression;
  readonly value: Expression;
}

export interface Slice extends Node {
  readonly type: "Slice";
  readonly parts: readonly (Expression | null)[];
}

export interface Parameter {
  readonly name: string;
  /** `/` and a bare `*` are parameters without a name. */
  readonly star: "" | "*" | "**" | "/";
  readonly annotation: Expression | null;
  readonly default: Expression | null;
}

export type Statement =
  | FunctionDefinition
  | ClassDefinition
  | ExpressionStatement
  | Assign
  | Augmented
  | Return
  | Simple
  | Import
  | ImportFrom
  | Scope
  | If
  | While
  | For
  | With
  | Try
  | Match
  | TypeAlias;

export interface FunctionDefinition extends Node {
  readonly type: "Function";
  readonly name: string;
  readonly nameStart: number;
  readonly async: boolean;
  readonly decorators: readonly Expression[];
  readonly typeParameters: readonly Expression[];
  readonly parameters: readonly Parameter[];
  readonly returns: Expression | null;
  readonly body: readonly Statement[];
}

export interface ClassDefinition extends Node {
  readonly type: "Class";
  readonly name: string;
  readonly nameStart: number;
  readonly decorators: readonly Expression[];
  readonly typeParameters: readonly Expression[];
  readonly args: readonly Argument[];
  readonly body: readonly Statement[];
}

export interface ExpressionStatement extends Node {
  readonly type: "Expression";
  readonly value: Expression;
}

export interface Assign extends Node {
  readonly type: "Assign";
  readonly targets: readonly Expression[];
  readonly annotation: Expression | null;
  /** Null for a bare annotation. */
  readonly value: Expression | null;
}

export interface Augmented extends Node {
  readonly type: "Augmented";
  readonly target: Expression;
  readonly operator: string;
  readonly value: Expression;
}

export interface Return extends Node {
  readonly type: "Return";
  readonly value: Expression | null;
}

/** Statements whose parts are only looked at: `raise a from b`, `assert a, b`, `del a, b`, and the bare words. */
export interface Simple extends Node {
  readonly type: "Raise" | "Assert" | "Delete" | "Pass" | "Break" | "Continue";
  readonly values: readonly Expression[];
}

export interface Import extends Node {
  readonly type: "Import";
  readonly names: readonly { readonly module: string; readonly as: string | null }[];
}

export interface ImportFrom extends Node {
  readonly type: "ImportFrom";
  /** The number of leading dots. */
  readonly level: number;
  readonly module: string;
  /** `*` imports everything. */
  readonly names: readonly { readonly name: string; readonly as: string | null }[];
}

export interface Scope extends Node {
  readonly type: "Global" | "Nonlocal";
  readonly names: readonly string[];
}

export interface If extends Node {
  readonly type: "If";
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface While extends Node {
  readonly type: "While";
  readonly test: Expression;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface For extends Node {
  readonly type: "For";
  readonly async: boolean;
  readonly target: Expression;
  readonly iterable: Expression;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface With extends Node {
  readonly type: "With";
  readonly async: boolean;
  readonly items: readonly { readonly value: Expression; readonly target: Expression | null }[];
  readonly body: readonly Statement[];
}

export interface Try extends Node {
  readonly type: "Try";
  readonly body: readonly Statement[];
  readonly handlers: readonly Handler[];
  readonly otherwise: readonly Statement[];
  readonly final: readonly Statement[];
}

export interface Handler {
  readonly star: boolean;
  readonly test: Expression | null;
  readonly name: string | null;
  readonly body: readonly Statement[];
}

export interface Match extends Node {
  readonly type: "Match";
  readonly subject: Expression;
  readonly cases: readonly {
    readonly pattern: Pattern;
    readonly guard: Expression | null;
    readonly body: readonly Statement[];
  }[];
}

/** A pattern: kept in one spelling, the same for the same tree, with the names that it binds and those that it looks up. */
export interface Pattern {
  readonly text: string;
  readonly names: readonly string[];
  readonly uses: readonly string[];
}

export interface TypeAlias extends Node {
  readonly type: "TypeAlias";
  readonly name: string;
  readonly typeParameters: readonly Expression[];
  readonly value: Expression;
}

/** A parsed module. */
export interface Module {
  readonly body: readonly Statement[];
  readonly error: { readonly message: string; readonly offset: number } | null;
  readonly remarks: readonly { readonly text: string; readonly offset: number }[];
}
