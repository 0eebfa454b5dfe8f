const families = [
  ["LDP1", "config.yml as a file"],
  ["LDP2", "The tables and their graph"],
  ["LDP3", "What the modules' text says"],
  ["LDP4", "Selections"],
  ["LDP5", "The bundle and the Databricks CLI"],
  ["LDP6", "Gates of a deploy"],
  ["LDP7", "Lint"],
  ["LDP8", "The engine: a run, and loading modules"],
  ["LDP9", "The machine, the command line, the forge"],
];

/** A section for each diagnostic code, by family. Throws for a code of no family. */
export function errorPages(catalogue) {
  const codes = Object.entries(catalogue);
  const lost = codes.find(([code]) => !families.some(([prefix]) => code.startsWith(prefix)));
  if (lost) throw new Error(`${lost[0]} belongs to no family of scripts/docs/errors.mjs.`);
  return families
    .map(([prefix, title]) => {
      const rules = codes.filter(([code]) => code.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      return `## ${title}\n\n${index(rules)}\n\n${rules.map(section).join("\n\n")}`;
    })
    .join("\n\n");
}

function index(rules) {
  const rows = rules.map(
    ([code, rule]) => `| [${code}](#${code.toLowerCase()}) | ${rule.severity} | ${text(rule.title)} |`,
  );
  return ["| code | severity | title |", "|---|---|---|", ...rows].join("\n");
}

function section([code, rule]) {
  const parts = [
    `### ${code}`,
    `**${text(rule.title)}** (${rule.severity})`,
    `Why: ${text(rule.why)}`,
    `Fix: ${text(rule.fix)}`,
  ];
  if (rule.example) parts.push(`For example:\n\n${fence(rule.example)}`);
  if (rule.mended) parts.push(`Mended:\n\n${fence(rule.mended)}`);
  return parts.join("\n\n");
}

function fence({ language, text: body }) {
  // A part of a file: neither a command to run nor a whole configuration.
  return `\`\`\`${language} part\n${body.trimEnd()}\n\`\`\``;
}

/** Text of the catalogue in Markdown: what looks like a placeholder is no HTML; code spans stay. */
function text(value) {
  return value
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;").replaceAll("*", "\\*")))
    .join("");
}
