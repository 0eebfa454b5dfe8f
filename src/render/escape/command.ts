/** The language of a build log: what its runner takes for a command. */
export type CommandLanguage = "github" | "azure";

export interface Command {
  /** `error`, `warning`, `notice`; for Azure DevOps `task.logissue`, `task.uploadsummary`. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string | number | null>>;
  readonly message: string;
}

/**
 * A command to the runner as one line of the log, in which nothing of the properties and the message can end it or begin another.
 * Sources: actions/runner `ActionCommand.cs`; microsoft/azure-pipelines-task-lib `taskcommand.ts`.
 */
export function workflowCommand(language: CommandLanguage, { name, properties, message }: Command): string {
  const given = Object.entries(properties).filter((entry): entry is [string, string | number] => entry[1] !== null);
  if (language === "github") {
    const list = given.map(([key, value]) => `${key}=${encoded(String(value), "%25", { ":": "%3A", ",": "%2C" })}`);
    return `::${name}${list.length > 0 ? ` ${list.join(",")}` : ""}::${encoded(message, "%25")}`;
  }
  const list = given.map(([key, value]) => `${key}=${encoded(String(value), "%AZP25", { "]": "%5D", ";": "%3B" })};`);
  return `##vso[${name}${list.length > 0 ? ` ${list.join("")}` : ""}]${encoded(message, "%AZP25")}`;
}

/**
 * Text as lines for a build log that no runner takes for a command, whatever it holds: GitHub reads `::name` at the start of a
 * line and `##[name]` anywhere, Azure DevOps `##vso[name]` anywhere. Such a sign gets an invisible one put into it.
 */
export function logText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(CONTROLS, "")
    .replace(/^(\s*):(?=:)/gm, "$1:\u200b")
    .replace(/#(?=#)/g, "#\u200b");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out; tabs and line ends stay
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f]/g;

function encoded(text: string, percent: string, more: Readonly<Record<string, string>> = {}): string {
  const signs: Readonly<Record<string, string>> = { "%": percent, "\r": "%0D", "\n": "%0A", ...more };
  return text.replace(/[%\r\n:,\];]/g, (sign) => signs[sign] ?? sign);
}
