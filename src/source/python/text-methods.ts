import { changeKnown, hasHole, hole } from "../names.js";
import { attributeByName } from "./attributes.js";
import { type Environment, maxText } from "./evaluate.js";
import { charge } from "./machine.js";
import { formattedText, item, iterate, quoted } from "./operations.js";
import { type Args, boolean, either, list, number, text, unknown, type Value } from "./values.js";

/**
 * The arguments of a call by position or name, undefined where none is given; null when the call has others, or not all of them are
 * known: nothing can be said of what it gives then.
 */
export function bound(args: Args, ...names: readonly string[]): readonly (Value | undefined)[] | null {
  if (args.open || args.positional.length > names.length) return null;
  const values = names.map((name, i) => args.positional[i]?.value ?? args.named.get(name)?.value);
  for (const name of args.named.keys()) {
    const at = names.indexOf(name);
    if (at < args.positional.length) return null;
  }
  return values;
}

const part = /[^\ue000\ue001]+|\ue000[^\ue001]*\ue001/g;

/** Calls a method of a text. What Python would say otherwise of letters beyond ASCII, or of what is not known, is unknown. */
export function textMethod(value: string, name: string, args: Args, env: Environment): Value {
  charge(value.length >> 6);
  switch (name) {
    case "format":
    case "format_map":
      return formatted(value, args, env);
    case "upper":
      return text(changeKnown(value, (known) => known.toUpperCase()));
    case "lower":
    case "casefold":
      return text(changeKnown(value, (known) => known.toLowerCase()));
    case "strip":
    case "lstrip":
    case "rstrip":
      return stripped(value, name, args);
    case "replace":
      return replaced(value, args);
    case "join":
      return joinedBy(value, args);
    case "removeprefix": {
      const [prefix] = bound(args, "prefix") ?? [];
      if (prefix?.type !== "text" || hasHole(prefix.value)) return unknown(name);
      return text(value.startsWith(prefix.value) ? value.slice(prefix.value.length) : value);
    }
    case "removesuffix": {
      const [suffix] = bound(args, "suffix") ?? [];
      if (suffix?.type !== "text" || hasHole(suffix.value)) return unknown(name);
      const ends = suffix.value !== "" && value.endsWith(suffix.value);
      return text(ends ? value.slice(0, -suffix.value.length) : value);
    }
    case "split":
    case "rsplit":
    case "splitlines":
    case "partition":
    case "rpartition":
      return (hasHole(value) ? null : pieces(value, name, args)) ?? list([], true);
  }
  return (hasHole(value) ? null : known(value, name, args)) ?? unknown(name, true);
}

function stripped(value: string, name: string, args: Args): Value {
  const [chars] = bound(args, "chars") ?? [unknown()];
  if (chars !== undefined && chars.type !== "none" && (chars.type !== "text" || hasHole(chars.value)))
    return unknown(name);
  const set = new Set(chars?.type === "text" ? chars.value : " \t\n\r\f\v\x1c\x1d\x1e\x1f\x85\xa0");
  let [from, to] = [0, value.length];
  if (name !== "rstrip") while (from < to && set.has(value.charAt(from))) from++;
  if (name !== "lstrip") while (to > from && set.has(value.charAt(to - 1))) to--;
  return text(value.slice(from, to));
}

function replaced(value: string, args: Args): Value {
  const [old, by, count] = bound(args, "old", "new", "count") ?? [];
  if (old?.type !== "text" || hasHole(old.value) || by === undefined) return unknown("replace");
  const other = by.type === "text" ? by.value : hole("…");
  const times = count === undefined ? -1 : whole(count);
  // How often it stands in what is not known can't be told.
  if (times === null || (times >= 0 && hasHole(value))) return unknown("replace");
  if (old.value === "") {
    if (hasHole(value)) return unknown("replace");
    const letters = [...value];
    charge(letters.length);
    return textOf(
      [...letters, ""].map((letter, i) => (times < 0 || i < times ? other : "") + letter),
      "",
    );
  }
  const found: string[] = [];
  for (const piece of value.match(part) ?? []) {
    if (hasHole(piece)) found.push(piece);
    else {
      const split = piece.split(old.value);
      const most = times < 0 ? split.length - 1 : Math.min(times, split.length - 1);
      const rest = split.slice(most).join(old.value);
      const pieces = [...split.slice(0, most), rest];
      const whole = joined(pieces, other);
      if (whole === null) return unknown("replace");
      found.push(whole);
    }
  }
  return textOf(found, "");
}

function joinedBy(value: string, args: Args): Value {
  const source = iterate(bound(args, "iterable")?.[0] ?? unknown());
  if (source.open || (source.shuffled && source.items.length > 1)) return unknown("join");
  const parts = source.items.map((item) => (item.type === "text" ? item.value : hole("…")));
  return choicesOf(parts, source.sure ?? parts.length)
    .map((some) => textOf(some, value))
    .reduce(either);
}

/** The lists that one may be of which only the items at the front are sure: all of them while those are few, else the longest. */
function choicesOf<T>(items: readonly T[], sure: number): T[][] {
  const rest = items.slice(sure);
  if (rest.length > 3) return [[...items]];
  let choices = [items.slice(0, sure)];
  for (const item of rest) choices = choices.flatMap((choice) => [[...choice, item], choice]);
  return choices;
}

/** Pieces with a text between them; null when that is too long to be followed. */
function joined(pieces: readonly string[], by: string): string | null {
  charge(pieces.length >> 2);
  const size = pieces.reduce((sum, piece) => sum + piece.length, by.length * (pieces.length - 1));
  return size > maxText ? null : pieces.join(by);
}

function textOf(pieces: readonly string[], by: string): Value {
  const whole = joined(pieces, by);
  return whole === null ? unknown() : text(whole);
}

function whole(value: Value): number | null {
  if (value.type === "boolean") return Number(value.value);
  return value.type === "number" && Number.isInteger(value.value) && !value.float ? value.value : null;
}

/** The lists that a text falls into. */
function pieces(value: string, name: string, args: Args): Value | null {
  if (name === "splitlines") {
    const [keep] = bound(args, "keepends") ?? [unknown()];
    if (keep !== undefined && keep.type !== "boolean") return null;
    // Python ends lines at other characters too.
    if ([...value].some((letter) => rareEnds.has(letter))) return null;
    const lines = value.split(/(?<=\r\n|\n|\r(?!\n))/).filter((line) => line !== "");
    return list(lines.map((line) => text(keep?.value ? line : line.replace(/[\r\n]+$/, ""))));
  }
  if (name === "partition" || name === "rpartition") {
    const [by] = bound(args, "sep") ?? [];
    if (by?.type !== "text" || by.value === "" || hasHole(by.value)) return null;
    const at = name === "partition" ? value.indexOf(by.value) : value.lastIndexOf(by.value);
    if (at < 0) return list((name === "partition" ? [value, "", ""] : ["", "", value]).map(text));
    return list([value.slice(0, at), by.value, value.slice(at + by.value.length)].map(text));
  }
  const [by, times] = bound(args, "sep", "maxsplit") ?? [unknown()];
  const most = times === undefined ? -1 : whole(times);
  if (most === null) return null;
  if (by === undefined || by.type === "none") return list(splitAtSpace(value, most, name === "rsplit").map(text));
  if (by.type !== "text" || by.value === "" || hasHole(by.value)) return null;
  charge(value.length >> 6);
  const parts = value.split(by.value);
  const cuts = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  const at = name === "split" ? cuts : parts.length - 1 - cuts;
  return list(
    (name === "split"
      ? [...parts.slice(0, at), parts.slice(at).join(by.value)]
      : [parts.slice(0, at + 1).join(by.value), ...parts.slice(at + 1)]
    ).map(text),
  );
}

const rareEnds = new Set("\v\f\x1c\x1d\x1e\x85\u2028\u2029");

function splitAtSpace(value: string, most: number, fromRight: boolean): string[] {
  const words = value.split(/\s+/).filter((word) => word !== "");
  if (most < 0 || words.length <= most + 1) {
    // The last piece keeps the spaces at its end only where the limit was reached.
    return most >= 0 && words.length === most + 1 ? limited(value, most, fromRight) : words;
  }
  return limited(value, most, fromRight);
}

function limited(value: string, most: number, fromRight: boolean): string[] {
  let rest = fromRight ? value.trimEnd() : value.trimStart();
  const found: string[] = [];
  while (found.length < most && rest !== "") {
    const cut = fromRight ? /\S+$/.exec(rest) : /^\S+/.exec(rest);
    if (cut === null) break;
    found.push(cut[0]);
    rest = fromRight ? rest.slice(0, cut.index).trimEnd() : rest.slice(cut[0].length).trimStart();
  }
  if (rest !== "") found.push(rest);
  return fromRight ? found.reverse() : found;
}

/** Whether a text has only characters of which Python says the same as what is said here. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) > 126) return false;
  return true;
}

/** The methods that give something only of a text that is known to its end. */
function known(value: string, name: string, args: Args): Value | null {
  switch (name) {
    case "find":
    case "rfind":
    case "index":
    case "rindex":
    case "count":
    case "startswith":
    case "endswith":
      return found(value, name, args);
    case "zfill":
    case "center":
    case "ljust":
    case "rjust":
      return filled(value, name, args);
  }
  if (!isPlain(value) || bound(args) === null) return null;
  switch (name) {
    case "title":
      return text(value.replace(/[a-z]+/gi, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()));
    case "capitalize":
      return text(value.charAt(0).toUpperCase() + value.slice(1).toLowerCase());
    case "swapcase":
      return text(value.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())));
    case "isdigit":
    case "isdecimal":
    case "isnumeric":
      return boolean(/^[0-9]+$/.test(value));
    case "isalpha":
      return boolean(/^[a-z]+$/i.test(value));
    case "isalnum":
      return boolean(/^[a-z0-9]+$/i.test(value));
    case "isidentifier":
      return boolean(/^[a-z_][a-z0-9_]*$/i.test(value));
    case "isupper":
      return boolean(/[A-Z]/.test(value) && !/[a-z]/.test(value));
    case "islower":
      return boolean(/[a-z]/.test(value) && !/[A-Z]/.test(value));
    case "isspace":
      return boolean(value !== "" && value.trim() === "");
    case "isascii":
      return boolean(true);
    default:
      return null;
  }
}

/** Looks for one text in another. */
function found(value: string, name: string, args: Args): Value | null {
  const [sub, from, to] = bound(args, "sub", "start", "end") ?? [];
  const [start, end] = [offset(from, 0), offset(to, value.length)];
  // Offsets count code points in Python, UTF-16 units here.
  if (sub === undefined || start === null || end === null || /[\ud800-\udfff]/.test(value)) return null;
  const at = (n: number) => (n < 0 ? Math.max(0, value.length + n) : n);
  if (at(start) > value.length) return null;
  const stretch = value.slice(at(start), at(end));
  if (name === "startswith" || name === "endswith") {
    const any = sub.type === "list" && !sub.open ? sub.items : [sub];
    const holds = any.map((one) =>
      one.type !== "text" || hasHole(one.value)
        ? null
        : name === "startswith"
          ? stretch.startsWith(one.value)
          : stretch.endsWith(one.value),
    );
    return holds.includes(true) ? boolean(true) : holds.includes(null) ? null : boolean(false);
  }
  if (sub.type !== "text" || hasHole(sub.value)) return null;
  charge(value.length >> 6);
  if (name === "count") return number(sub.value === "" ? stretch.length + 1 : stretch.split(sub.value).length - 1);
  const place = name.startsWith("r") ? stretch.lastIndexOf(sub.value) : stretch.indexOf(sub.value);
  if (place < 0) return name.endsWith("find") ? number(-1) : null;
  return number(place + at(start));
}

function offset(value: Value | undefined, otherwise: number): number | null {
  return value === undefined || value.type === "none" ? otherwise : whole(value);
}

/** Fills a text up to a width. */
function filled(value: string, name: string, args: Args): Value | null {
  const [width, fill] = (name === "zfill" ? bound(args, "width") : bound(args, "width", "fillchar")) ?? [];
  const size = width === undefined ? null : whole(width);
  const by = fill === undefined ? " " : fill.type === "text" && [...fill.value].length === 1 ? fill.value : null;
  if (size === null || size > 10_000 || by === null || hasHole(by)) return null;
  const missing = size - [...value].length;
  if (missing <= 0) return text(value);
  if (name === "zfill") {
    const sign = /^[-+]/.exec(value)?.[0] ?? "";
    return text(sign + "0".repeat(missing) + value.slice(sign.length));
  }
  const left = name === "ljust" ? 0 : name === "rjust" ? missing : Math.floor(missing / 2) + (missing & size & 1);
  return text(by.repeat(left) + value + by.repeat(missing - left));
}

/** `str.format`: positions, names, attributes and items; what can't be told keeps its name. */
function formatted(value: string, args: Args, env: Environment): Value {
  const pattern = /\{\{|\}\}|\{([^{}!:]*)(![rsa])?(:[^{}]*)?\}/g;
  // A field inside of another's format.
  if (/[{}]/.test(value.replace(pattern, ""))) return unknown("format");
  let position = 0;
  let size = value.length;
  const result = value.replace(
    pattern,
    (match, field: string | undefined, conversion: string | undefined, format: string | undefined) => {
      if (match === "{{") return "{";
      if (match === "}}") return "}";
      const [head = "", ...path] = (field ?? "").split(/[.[]/);
      let found: Value | undefined;
      if (head === "") found = args.positional[position++]?.value;
      else if (/^\d+$/.test(head)) found = args.positional[Number(head)]?.value;
      else {
        const [only] = args.positional;
        found =
          args.named.get(head)?.value ??
          (only?.value.type === "dict" ? only.value.entries.get(`s${head}`)?.value : undefined);
      }
      for (const piece of path) {
        if (found === undefined) break;
        const key = piece.replace(/\]$/, "");
        found = piece.endsWith("]")
          ? item(found, /^\d+$/.test(key) ? number(Number(key)) : text(key), key)
          : attributeByName(found, key, env);
      }
      const label = path.at(-1)?.replace(/\]$/, "") ?? (head === "" || /^\d+$/.test(head) ? "…" : head);
      if (found?.type === "choice") return hole(label);
      const shown =
        found === undefined
          ? null
          : conversion === "!r" || conversion === "!a"
            ? (format ?? ":") === ":"
              ? quoted(found)
              : null
            : formattedText(found, format?.slice(1) ?? "");
      const piece = shown ?? hole(label);
      size += piece.length;
      return size > maxText ? "" : piece;
    },
  );
  return size > maxText ? unknown() : text(result);
}
