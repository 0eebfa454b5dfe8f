import { relative, sep } from "node:path";
import { projectFolders } from "../lint/requirement.js";

/** The project's folder as its repository names it, `.` for the top. */
export function folderInRepository(directory: string): string {
  const top = projectFolders(directory).at(-1) ?? directory;
  return relative(top, directory).split(sep).join("/") || ".";
}
