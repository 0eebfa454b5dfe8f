import type { Place } from "../diagnostics/diagnostic.js";

export const layers = ["bronze", "silver", "gold"] as const;
export type Layer = (typeof layers)[number];

/** What the code says a table is; null where the code does not tell. */
export type Kind = "materialized_view" | "streaming_table" | "temporary_view";

export const modes = ["batch", "full-refresh", "streaming", "validate"] as const;
export type Mode = (typeof modes)[number];

/** A table of config.yml, with the place of each part that a diagnostic may point at. */
export interface Table {
  readonly name: string;
  readonly layer: Layer;
  /** False where config.yml has no valid layer (LDP103) and `layer` is only a stand-in. */
  readonly layerKnown: boolean;
  readonly tags: readonly string[];
  readonly dependsOn: readonly Dependency[];
  /** The file that defines it, relative to the project: as given, or the default. */
  readonly module: string;
  /** Whether config.yml names the module. */
  readonly moduleGiven: boolean;
  /** Whether LDP103 or LDP104 refuses the module, such as a file outside the project or a symbolic link: nothing may read it. */
  readonly moduleRefused: boolean;
  readonly description: string | null;
  readonly owner: string | null;
  /** The bundle's pipeline resource that owns it: its own, or the project's; null when neither is given. */
  readonly pipeline: string | null;
  /** `source` as it stands in config.yml, unchecked beyond the schema. */
  readonly source: Readonly<Record<string, unknown>> | null;
  readonly place: Place;
  readonly modulePlace: Place;
}

export interface Dependency {
  readonly name: string;
  readonly place: Place;
}

export interface Environment {
  readonly name: string;
  readonly target: string;
  readonly deployOn: "merge" | "tag" | "manual";
  /** Only with `deployOn: tag`. `*` stands for any text. */
  readonly tagPattern: string | null;
  readonly requires: string | null;
  readonly planEnvironment: string | null;
  readonly url: string | null;
}

export type RuleSetting = "off" | "info" | "warning" | "error";

/** A config.yml that could be read. Tables keep the file's order; of doubles only the first is here. */
export interface Project {
  /** The config file, relative to the project. */
  readonly configFile: string;
  readonly pipeline: string | null;
  readonly catalog: string | null;
  readonly schema: string | null;
  readonly tables: readonly Table[];
  readonly environments: readonly Environment[];
  readonly rules: Readonly<Record<string, RuleSetting>>;
}
