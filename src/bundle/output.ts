// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-_])/g;

/**
 * A tool's output made safe to keep and to print: secrets as `***`, no colours or control characters, no line that a runner of
 * GitHub or Azure would take for a command.
 */
export function cleanOutput(text: string, secrets: readonly string[]): string {
  return maskSecrets(text, secrets)
    .replace(escapes, "")
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .filter((line) => !/^\s*::[\w-]+(?:\s[^:]*)?::/.test(line))
    .map((line) => line.replace(/##(?=\[|vso\[)/g, "# #").replace(controls, " "))
    .join("\n");
}

/** Every secret of some length as `***`, also where it was written as JSON, in base64 or for a URL. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return forms(secrets).reduce((masked, form) => masked.replaceAll(form, "***"), text);
}

/** The last lines that say something, for an error's message. */
export function lastLines(text: string, count: number): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").slice(-count);
}

// Everything of C0 but tab and line feed, DEL, and C1.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function forms(secrets: readonly string[]): string[] {
  const long = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]).filter((secret) => secret.length >= 4);
  const all = long.flatMap((secret) => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    Buffer.from(secret).toString("base64"),
  ]);
  return [...new Set(all)].sort((a, b) => b.length - a.length);
}
