import type { Rule } from "./catalogue.js";

/** LDP9xx: the machine, the command line, the forge. */
export const environmentRules = {
  LDP901: {
    title: "wrong usage",
    severity: "error",
    why: "An option, an input or an argument can't be used as it was given.",
    fix: "Read `ldp COMMAND --help`, or the action's inputs in the README.",
    example: { language: "sh", text: "ldp plan --environment prd" },
    mended: { language: "sh", text: "ldp plan --environment prod" },
  },
  LDP902: {
    title: "internal error",
    severity: "error",
    why: "ldp met something that it should have handled. This is a bug.",
    fix: "Open an issue with the stack that was printed.",
    example: { language: "text", text: "LDP902: internal error, a bug of ldp: TypeError: ..." },
  },
  LDP903: {
    title: "the base revision can't be read",
    severity: "error",
    why: "What changed is told by comparing with a git revision, which is not here or not one, or the folder is in no git repository.",
    fix: "Correct the name; fetch it where the clone is shallow (`fetch-depth: 0` in actions/checkout); run in a checkout, or leave --base out.",
    example: { language: "yaml", text: "- uses: actions/checkout@v7\n" },
    mended: { language: "yaml", text: "- uses: actions/checkout@v7\n  with: {fetch-depth: 0}\n" },
  },
  LDP904: {
    title: "a file is in the way",
    severity: "error",
    why: "ldp never overwrites what it did not write.",
    fix: "Remove or rename the file, or name another place.",
    example: { language: "sh", text: "ldp init README.md   # which is a file" },
    mended: { language: "sh", text: "ldp init shop" },
  },
  LDP905: {
    title: "the token may not do this",
    severity: "warning",
    why: "GitHub refused a request for lack of a permission, or because the token of a fork's pull request may only read.",
    fix: "Add the permission that the message names to the job. On a fork nothing is to be done: the text is in the job's summary.",
    example: { language: "yaml", text: "permissions:\n  contents: read\n" },
    mended: { language: "yaml", text: "permissions:\n  contents: read\n  pull-requests: write\n" },
  },
  LDP906: {
    title: "the network failed",
    severity: "error",
    why: "A server could not be reached, or failed again and again.",
    fix: "Try again; look at the host's status and at the runner's proxy settings.",
    example: { language: "text", text: "HTTPS_PROXY is not set, and the runner has no other way out" },
  },
  LDP907: {
    title: "a tool is missing",
    severity: "error",
    why: "A program that this command drives was not found.",
    fix: "Install it as the message says.",
    example: { language: "text", text: "a laptop without git" },
  },
  LDP908: {
    title: "GitHub refused a request",
    severity: "error",
    why: "GitHub answered that the request can't be fulfilled, for another reason than a permission: what it is about is gone, locked, or of a form that GitHub does not take.",
    fix: "Read GitHub's answer in the message. When the action asked for something impossible, open an issue.",
    example: { language: "text", text: "the pull request is locked: no comment can be written" },
  },
} as const satisfies Record<string, Rule>;
