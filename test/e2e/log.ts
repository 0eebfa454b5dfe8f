export interface Annotation {
  readonly kind: "error" | "warning" | "notice";
  readonly message: string;
  readonly title: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

export interface Log {
  readonly annotations: readonly Annotation[];
  /** Annotations past ten of a kind, which GitHub drops without a word. */
  readonly dropped: number;
  readonly masked: readonly string[];
  readonly commands: readonly string[];
  /** What is left for a reader, with the messages of annotations. */
  readonly log: string;
}

/** Reads what a step printed as a runner does (actions/runner, ActionCommand.cs): `::name key=value,…::message` at the start of a line. */
export function readLog(raw: string): Log {
  const annotations: Annotation[] = [];
  const masked: string[] = [];
  const commands: string[] = [];
  const log: string[] = [];
  let dropped = 0;
  for (const line of raw.split(/\r\n|[\r\n]/)) {
    const [, name, list = "", data = ""] = /^\s*::([A-Za-z-]+)(?:\s+(.*?))?::(.*)$/.exec(line) ?? [];
    if (name === undefined) {
      if (line.includes("##[")) commands.push(line);
      log.push(line);
      continue;
    }
    const message = decoded(data);
    if (name === "add-mask") masked.push(message);
    else if (name === "error" || name === "warning" || name === "notice") {
      log.push(message);
      if (annotations.filter(({ kind }) => kind === name).length >= 10) dropped += 1;
      else annotations.push(annotation(name, list, message));
    } else commands.push(line.trim());
  }
  return { annotations, dropped, masked, commands, log: log.join("\n") };
}

function annotation(kind: Annotation["kind"], list: string, message: string): Annotation {
  const properties = new Map(
    list
      .split(",")
      .filter(Boolean)
      .map((item) => {
        const equals = item.indexOf("=");
        return [item.slice(0, equals), decoded(item.slice(equals + 1))] as const;
      }),
  );
  const number = (name: string) => (properties.has(name) ? Number(properties.get(name)) : null);
  return {
    kind,
    message,
    title: properties.get("title") ?? null,
    file: properties.get("file") ?? null,
    line: number("line"),
    column: number("col"),
  };
}

function decoded(text: string): string {
  return text
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",")
    .replaceAll("%0D", "\r")
    .replaceAll("%0A", "\n")
    .replaceAll("%25", "%");
}
