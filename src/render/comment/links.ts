import { createHash } from "node:crypto";
import type { Report } from "../report.js";

/** What an address is made of. */
type Located = Pick<Report, "directory" | "links">;

/** The path of a project's file from the top of the repository. */
export function repositoryPath(report: Located, file: string): string {
  return report.directory === "." || report.directory === "" ? file : `${report.directory}/${file}`;
}

/** A line of a file at the commit that the report stands for; null where there is no such page. */
export function lineAddress(report: Located, file: string, line: number | null): string | null {
  const { repository, commit } = report.links;
  if (repository === null || commit === null) return null;
  return `${repository}/blob/${commit}/${encodedPath(repositoryPath(report, file))}${line === null ? "" : `#L${line}`}`;
}

/**
 * A line of a file in the pull request's "Files changed": GitHub anchors a file by the SHA-256 of its path, and its lines by side
 * (`R` after, `L` before the change).
 */
export function diffAddress(report: Located, file: string, line: number | null, side: "L" | "R" = "R"): string | null {
  const { repository, pullRequest } = report.links;
  if (repository === null || pullRequest === null) return lineAddress(report, file, line);
  const anchor = createHash("sha256").update(repositoryPath(report, file)).digest("hex");
  return `${repository}/pull/${pullRequest}/files#diff-${anchor}${line === null ? "" : `${side}${line}`}`;
}

export function commitAddress(report: Located, commit: string): string | null {
  return report.links.repository === null ? null : `${report.links.repository}/commit/${commit}`;
}

function encodedPath(path: string): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(part.replace(/\p{Cs}/gu, "\uFFFD")))
    .join("/");
}
