import type { Code } from "../diagnostics/catalogue.js";

/**
 * A mistake or a lack that the user can mend, where the command cannot go on: exit status 2. Everything else that is thrown is a
 * bug of ours and shows its stack.
 */
export class UserError extends Error {
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, hint?: string) {
    super(message);
    this.name = "UserError";
    this.code = code;
    this.hint = hint;
  }
}
