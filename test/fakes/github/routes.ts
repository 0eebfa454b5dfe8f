import type { Asked, Reply } from "./http.ts";
import type { Need } from "./tokens.ts";

/** How the fake answers the operations of GitHub's interface, by their names there. */
export type Handlers = Readonly<Record<string, { readonly need: Need; readonly handle: (asked: Asked) => Reply }>>;
