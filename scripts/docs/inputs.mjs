/** The action's inputs as a Markdown table. */
export function inputTable(inputs) {
  const rows = Object.entries(inputs).map(([name, { description, default: value = "" }]) => {
    const shown = value === "" ? "" : `\`${value}\``;
    return `| \`${name}\` | ${shown} | ${cell(description)} |`;
  });
  return ["| input | default | what it is |", "|---|---|---|", ...rows].join("\n");
}

/** The action's outputs as a Markdown table. */
export function outputTable(outputs) {
  const rows = Object.entries(outputs).map(([name, { description }]) => `| \`${name}\` | ${cell(description)} |`);
  return ["| output | what it is |", "|---|---|", ...rows].join("\n");
}

/** Text as one cell of a table. */
export function cell(text) {
  return text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
}
