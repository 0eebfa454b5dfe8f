import type { Scalar } from "yaml";

/**
 * Whether YAML 1.1 (as PyYAML's SafeLoader reads it on Databricks) and YAML 1.2 (core schema, as this reader) take a scalar for
 * different values. The expressions are those of the two specifications' resolvers; PyYAML's float wants a dot and a signed exponent.
 */
export function differsBetweenVersions(
  node: Scalar,
  source: string,
): { readonly message: string; readonly hint: string; readonly merge?: true } | null {
  const text = node.source ?? "";
  const tag = node.tag?.replace(/^tag:yaml\.org,2002:/, "!!");
  // yaml gives every resolved scalar of a foreign tag its tag; plain ones have none.
  if (tag && explicitTag(node, source)) {
    if (tag === "!!str") return null;
    if (!/^!!(int|float|bool|null)$/.test(tag)) {
      return {
        message: `The tag ${shown(node.tag ?? "")} is not read alike by YAML 1.1 and 1.2.`,
        hint: "Remove the tag.",
      };
    }
  } else if (node.type !== "PLAIN") return null;
  if (text === "<<") {
    return { message: "The merge key << exists in YAML 1.1 only.", hint: "Write the merged keys out.", merge: true };
  }
  const [old, now] = [resolve11(text), resolve12(text)];
  if (old === now) return null;
  return {
    message: `${shown(text)} is ${describe(old)} in YAML 1.1 and ${describe(now)} in 1.2.`,
    hint:
      now.startsWith("text") || old.startsWith("text") || old.startsWith("date")
        ? `Put it in quotes: "${shown(text)}".`
        : fix(old, text),
  };
}

/** The number that an explicit `!!int` or `!!float` makes of a text; null for every other scalar. */
export function numberOf(node: Scalar): number | null {
  const tag = node.tag?.replace(/^tag:yaml\.org,2002:/, "!!");
  if ((tag !== "!!int" && tag !== "!!float") || typeof node.value === "number") return null;
  const value = Number(node.source);
  return node.source?.trim() && !Number.isNaN(value) ? value : null;
}

function explicitTag(node: Scalar, source: string): boolean {
  // The range of a node begins after its properties, so the tag stands before it on the same line or the one above.
  const start = node.range?.[0] ?? 0;
  return (
    /(^|[\s[{,:?-])!\S*\s*(&\S+\s*)?$/.test(source.slice(Math.max(0, start - 300), start)) || source[start] === "!"
  );
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function describe(value: string): string {
  if (value === "null") return "null";
  const [type, rest] = [value.slice(0, value.indexOf(" ")), value.slice(value.indexOf(" ") + 1)];
  if (type === "text") return "text";
  if (type === "date") return "a date";
  if (type === "merge" || type === "value") return "a key of its own";
  return shown(rest);
}

function fix(old: string, text: string): string {
  return `Write the number in plain decimal, or put it in quotes: "${shown(text)}" (YAML 1.1 reads ${describe(old)}).`;
}

/** The type and value that PyYAML's SafeLoader gives a plain scalar, as comparable text. */
function resolve11(text: string): string {
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return "bool true";
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return "bool false";
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return "null";
  if (text === "=") return "value =";
  if (
    /^\d{4}-\d\d-\d\d$|^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::?\d\d)?))?$/.test(
      text,
    )
  ) {
    return `date ${text}`;
  }
  const sign = text.startsWith("-") ? "-" : "";
  const digits = text.replace(/^[-+]/, "").replaceAll("_", "");
  if (/^[-+]?0b[0-1_]+$/.test(text)) return number(sign, `0b${digits.slice(2)}`);
  if (/^[-+]?0x[0-9a-fA-F_]+$/.test(text)) return number(sign, digits);
  if (/^[-+]?0[0-7_]+$/.test(text)) return number(sign, `0o${digits.slice(1) || "0"}`);
  if (/^[-+]?(?:0|[1-9][0-9_]*)$/.test(text)) return number(sign, digits);
  if (/^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/.test(text)) {
    // No sum of so many parts is needed to see that the versions differ, and it would take their square.
    if (digits.length > 1_000) return `int ${sign}${digits}`;
    const total = digits.split(":").reduce((sum, part) => sum * 60n + BigInt(part), 0n);
    return `int ${sign}${total}`;
  }
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return `float ${sign}Infinity`;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return "float NaN";
  if (/^[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?$/.test(text) || /^\.\d[\d_]*(?:[eE][-+]\d+)?$/.test(text)) {
    return `float ${Number(sign + digits)}`;
  }
  if (/^[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*$/.test(text)) {
    return `float ${sign}${digits.split(":").reduce((sum, part) => sum * 60 + Number(part), 0)}`;
  }
  return `text ${text}`;
}

/** The type and value of the YAML 1.2 core schema. Integers beyond 2^53 - 1 differ: JavaScript rounds them. */
function resolve12(text: string): string {
  if (/^(?:true|True|TRUE)$/.test(text)) return "bool true";
  if (/^(?:false|False|FALSE)$/.test(text)) return "bool false";
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return "null";
  const sign = text.startsWith("-") ? "-" : "";
  const digits = text.replace(/^[-+]/, "");
  if (/^[-+]?\d+$/.test(text)) return rounded(sign, BigInt(digits));
  if (/^0o[0-7]+$/.test(text) || /^0x[0-9a-fA-F]+$/.test(text)) return rounded("", BigInt(text));
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text)) return `float ${sign}Infinity`;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return "float NaN";
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return `float ${Number(text)}`;
  return `text ${text}`;
}

function number(sign: string, digits: string): string {
  try {
    const value = BigInt(digits);
    return `int ${value === 0n ? "" : sign}${value}`;
  } catch {
    return `text ${sign}${digits}`;
  }
}

function rounded(sign: string, value: bigint): string {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return `int rounded ${sign}${Number(value)}`;
  return `int ${value === 0n ? "" : sign}${value}`;
}
