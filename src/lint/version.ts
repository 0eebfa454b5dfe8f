/** A released version of ruff as numbers. */
type Release = readonly [number, number, number];

/** What a text such as `>=0.15,<0.17` allows. */
export interface VersionSpecifier {
  readonly text: string;
  allows(version: string): boolean;
}

/**
 * Reads a version specifier: those of PEP 440 (https://packaging.python.org/en/latest/specifications/version-specifiers/), Poetry's `^0.15`
 * and `~0.15`, and a bare version, of which `0.15` means every 0.15.x. Null where the text is none of these.
 */
export function parseSpecifier(text: string): VersionSpecifier | null {
  const clauses = text
    .split(",")
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "");
  const tests = clauses.map(parseClause);
  if (tests.length === 0 || tests.some((test) => test === null)) return null;
  return {
    text: clauses.join(","),
    allows(version) {
      const release = parseRelease(version);
      return release !== null && tests.every((test) => test?.(release));
    },
  };
}

/** Compares two versions by their numbers, for sorting. */
export function compareVersions(a: string, b: string): number {
  return compare(parseRelease(a) ?? [0, 0, 0], parseRelease(b) ?? [0, 0, 0]);
}

function parseClause(clause: string): ((version: Release) => boolean) | null {
  if (clause === "*") return () => true;
  const match = /^(===|==|!=|>=|<=|~=|>|<|\^|~)?\s*v?(\d+(?:\.\d+){0,2})(\.\*)?$/.exec(clause);
  if (match === null) return null;
  const [, operator = "", number = "", wildcard] = match;
  const parts = number.split(".").map(Number);
  const low = release(parts);
  if (wildcard !== undefined && !["", "==", "!="].includes(operator)) return null;
  const within = (count: number) => (version: Release) => parts.slice(0, count).every((part, i) => version[i] === part);
  switch (operator) {
    case "":
      return within(parts.length);
    case "==":
    case "===":
      return wildcard === undefined ? (version) => compare(version, low) === 0 : within(parts.length);
    case "!=": {
      const equal = wildcard === undefined ? (version: Release) => compare(version, low) === 0 : within(parts.length);
      return (version) => !equal(version);
    }
    case ">=":
      return (version) => compare(version, low) >= 0;
    case "<=":
      return (version) => compare(version, low) <= 0;
    case ">":
      return (version) => compare(version, low) > 0;
    case "<":
      return (version) => compare(version, low) < 0;
    case "~=":
      if (parts.length < 2) return null;
      return (version) => compare(version, low) >= 0 && within(parts.length - 1)(version);
    case "~":
      return (version) => compare(version, low) >= 0 && within(Math.min(parts.length, 2))(version);
    case "^": {
      // Poetry: up to the next change of the leftmost number that is not zero.
      const leading = parts.findIndex((part) => part !== 0);
      const fixed = leading === -1 ? parts.length : leading + 1;
      return (version) => compare(version, low) >= 0 && within(fixed)(version);
    }
    default:
      return null;
  }
}

function parseRelease(text: string): Release | null {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(text.trim());
  return match === null ? null : [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

function release(parts: readonly number[]): Release {
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
}

function compare(a: Release, b: Release): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
