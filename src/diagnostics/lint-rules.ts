import type { Rule } from "./catalogue.js";

/** LDP7xx: ruff. */
export const lintRules = {
  LDP701: {
    title: "ruff finding",
    severity: "error",
    why: "ruff found a mistake or a bad habit in the project's Python. The message starts with ruff's own code, whose page says more.",
    fix: "Mend the line, or run `ldp lint --fix` where a fix is offered. `# noqa: CODE` on the line, or ruff's configuration, switches a rule off.",
    example: { language: "python", text: "import os\nimport dlt\n\n\n@dlt.table\ndef orders(): ...\n" },
    mended: { language: "python", text: "import dlt\n\n\n@dlt.table\ndef orders(): ...\n" },
  },
  LDP702: {
    title: "not formatted",
    severity: "error",
    why: "`ruff format` would write the file differently. One format for everybody keeps the differences in a pull request to what was meant.",
    fix: "Run `ldp lint --fix`, or `ruff format`. `rules: {LDP702: off}` in config.yml switches the check off, for teams that format with another tool.",
    example: { language: "python", text: "def total( a,b ):\n  return a+b\n" },
    mended: { language: "python", text: "def total(a, b):\n    return a + b\n" },
  },
  LDP703: {
    title: "ruff is missing",
    severity: "error",
    why: "No ruff was found, and none could be installed: there is no Python with pip, or the package index could not be reached.",
    fix: "Install ruff (`pip install ruff`, `uv tool install ruff`), or set up Python before the action (actions/setup-python). `lint: false` leaves lint out.",
    example: { language: "text", text: "a runner without ruff and without Python" },
    mended: { language: "yaml", text: "- uses: actions/setup-python@v6\n- uses: org/ldp-action@v1\n" },
  },
  LDP704: {
    title: "ruff failed",
    severity: "error",
    why: "ruff crashed, did not end in time, or printed what is not its report, so that nothing is known about the code.",
    fix: "Run the command of the message by hand. LDP_LINT_TIMEOUT sets the time limit in seconds for very large projects.",
    example: { language: "text", text: "ruff ends with status 2 and prints a panic" },
  },
  LDP705: {
    title: "no fitting version of ruff",
    severity: "error",
    why: "The project asks for a version of ruff that is neither on PATH nor among those that can be installed with known hashes.",
    fix: "Widen the requirement in pyproject.toml or `required-version`, set `ruff-version`, or install the wanted ruff before the action.",
    example: { language: "text", text: '[dependency-groups]\ndev = ["ruff==0.0.1"]\n' },
    mended: { language: "text", text: '[dependency-groups]\ndev = ["ruff>=0.15"]\n' },
  },
  LDP706: {
    title: "ruff's configuration can't be used",
    severity: "error",
    why: "ruff refuses the project's ruff.toml or [tool.ruff], so that no file was looked at. In a workflow a configuration that leads out of the repository is refused too, by `extend` or by a link: ruff would show the text of that file.",
    fix: "Mend the file and the setting that the message names. Keep what is extended in the repository.",
    example: { language: "text", text: '[tool.ruff.lint]\nselect = ["NOPE"]\n' },
    mended: { language: "text", text: '[tool.ruff.lint]\nselect = ["E", "F"]\n' },
  },
} as const satisfies Record<string, Rule>;
