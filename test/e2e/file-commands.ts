/**
 * Reads GITHUB_OUTPUT, GITHUB_ENV and GITHUB_STATE as a runner does: `name=value`, or `name<<END`, lines, `END`.
 * Throws for what a runner refuses.
 */
export function readFileCommands(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r\n|\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) throw new Error(`a name is missing in: ${line}`);
      found[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    const [name, end] = [line.slice(0, heredoc), line.slice(heredoc + 2)];
    if (heredoc <= 0 || end === "") throw new Error(`not a command: ${line}`);
    const close = lines.indexOf(end, at + 1);
    if (close < 0) throw new Error(`${name}: the delimiter ${end} is missing`);
    found[name] = lines.slice(at + 1, close).join("\n");
    at = close;
  }
  return found;
}
