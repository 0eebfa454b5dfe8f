/** The CLI that is downloaded where none fits. Its checksums come with its release. */
export const pinnedCli = "1.13.0";
/** The oldest that has `bundle plan -o json` and `bundle deploy --plan` in the form that is read here. */
export const oldestCli = "1.0.0";

export type Version = readonly [number, number, number];

/** The first version number in a text such as `Databricks CLI v1.13.0`, or null. */
export function readVersion(text: string): Version | null {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : null;
}

/** Negative, zero or positive, as `a` is older than, equal to or newer than `b`. */
export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** What versions are wanted: `1.13.0`, `1.13`, `1`, `>=1.13`; null where the text is none of these. */
export interface Wanted {
  readonly text: string;
  /** Set when only one version will do. */
  readonly exact: string | null;
  allows(version: Version): boolean;
}

/** Reads a wanted version; null means the pinned one or newer. A wrong text gives null. */
export function readWanted(text: string | null): Wanted | null {
  const given = (text ?? `>=${pinnedCli}`).trim();
  const found = /^(>=)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.[x*])?$/.exec(given);
  if (!found) return null;
  const [, atLeast, ...parts] = found;
  const numbers = parts.map((part) => (part === undefined ? null : Number(part)));
  const floor: Version = [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0];
  return {
    text: given,
    exact: !atLeast && numbers[2] !== null ? floor.join(".") : null,
    allows: (version) =>
      atLeast
        ? compareVersions(version, floor) >= 0
        : version.every((number, index) => numbers[index] === null || number === numbers[index]),
  };
}
