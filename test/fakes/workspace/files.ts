import { jsonBody, notFound, ok, type Reply, type Route, refuse, route, type WorkspaceRequest } from "./http.ts";
import { object, text } from "./json.ts";

/** A node of the workspace's file tree. */
export interface FileNode {
  readonly type: "DIRECTORY" | "FILE" | "NOTEBOOK";
  readonly id: number;
  readonly content: Buffer;
  readonly modifiedAt: number;
}

export type FileTable = Map<string, FileNode>;

let nextId = 100;

/** An empty tree: only the folders that every workspace has. */
export function newFiles(users: readonly string[]): FileTable {
  const files: FileTable = new Map();
  for (const folder of ["/Workspace", "/Workspace/Users", "/Workspace/Shared"]) putFolder(files, folder);
  for (const user of users) putFolder(files, `/Workspace/Users/${user}`);
  return files;
}

export function putFolder(files: FileTable, path: string): void {
  const parts = path.split("/").filter(Boolean);
  for (let length = 1; length <= parts.length; length++) {
    const folder = `/${parts.slice(0, length).join("/")}`;
    if (!files.has(folder)) {
      files.set(folder, { type: "DIRECTORY", id: nextId++, content: Buffer.alloc(0), modifiedAt: Date.now() });
    }
  }
}

/** Writes a file and the folders above it: how a test sets a lock or a file of its own. */
export function putFile(files: FileTable, path: string, content: string | Buffer): void {
  putFolder(files, parent(path));
  write(files, path, Buffer.from(content));
}

export function fileRoutes(files: FileTable): Route[] {
  return [
    route("GET", "/api/2.0/workspace/get-status", (request) => status(files, queryPath(request))),
    route("GET", "/api/2.0/workspace/list", (request) => list(files, queryPath(request))),
    route("GET", "/api/2.0/workspace/export", (request) => exportFile(files, request)),
    route("POST", "/api/2.0/workspace/mkdirs", (request) => mkdirs(files, bodyPath(request))),
    route("POST", "/api/2.0/workspace/delete", (request) => remove(files, request)),
    route("POST", "/api/2.0/workspace-files/import-file/{*}", (request, path) =>
      importFile(files, request, path ?? ""),
    ),
  ];
}

function status(files: FileTable, path: string): Reply {
  const node = files.get(path);
  if (!node) return notFound(`Path (${path}) doesn't exist.`);
  return ok({ object_type: node.type, path, object_id: node.id, resource_id: String(node.id), ...sizes(node) });
}

function sizes(node: FileNode) {
  return node.type === "DIRECTORY" ? {} : { size: node.content.length, modified_at: node.modifiedAt };
}

function list(files: FileTable, path: string): Reply {
  if (!files.has(path)) return notFound(`Path (${path}) doesn't exist.`);
  const objects = [...files].filter(([name]) => parent(name) === path);
  return ok({ objects: objects.map(([name, node]) => ({ object_type: node.type, path: name, object_id: node.id })) });
}

function exportFile(files: FileTable, request: WorkspaceRequest): Reply {
  const path = queryPath(request);
  const node = files.get(path);
  if (!node) return notFound(`Path (${path}) doesn't exist.`);
  if (node.type === "DIRECTORY") return refuse(400, "INVALID_PARAMETER_VALUE", `${path} is a directory.`);
  if (request.query.get("direct_download") === "true") return { status: 200, body: node.content };
  return ok({ content: node.content.toString("base64") });
}

function mkdirs(files: FileTable, path: string): Reply {
  const node = files.get(path);
  if (node && node.type !== "DIRECTORY") {
    return refuse(400, "RESOURCE_ALREADY_EXISTS", `Path (${path}) is a file already.`);
  }
  putFolder(files, path);
  return ok();
}

function remove(files: FileTable, request: WorkspaceRequest): Reply {
  const path = bodyPath(request);
  if (!files.has(path)) return notFound(`Path (${path}) doesn't exist.`);
  const below = [...files.keys()].filter((name) => name.startsWith(`${path}/`));
  if (below.length > 0 && object(jsonBody(request)).recursive !== true) {
    return refuse(400, "DIRECTORY_NOT_EMPTY", `Folder (${path}) is not empty.`);
  }
  for (const name of [path, ...below]) files.delete(name);
  return ok();
}

function importFile(files: FileTable, request: WorkspaceRequest, rest: string): Reply {
  const path = `/${rest.replace(/^\/+/, "")}`;
  const overwrite = request.query.get("overwrite") === "true";
  const folder = files.get(parent(path));
  if (folder?.type !== "DIRECTORY") return notFound(`The parent folder (${parent(path)}) does not exist.`);
  const there = files.get(path);
  if (there?.type === "DIRECTORY") return refuse(400, "INVALID_PARAMETER_VALUE", `${path} is a directory.`);
  if (there && !overwrite) {
    return there.type === "NOTEBOOK"
      ? refuse(400, "RESOURCE_ALREADY_EXISTS", `${path} already exists.`)
      : refuse(409, "RESOURCE_ALREADY_EXISTS", `${path} already exists.`);
  }
  write(files, path, request.body);
  return ok();
}

function write(files: FileTable, path: string, content: Buffer): void {
  const id = files.get(path)?.id ?? nextId++;
  const notebook = content.subarray(0, 30).toString("utf8").startsWith("# Databricks notebook source");
  files.set(path, { type: notebook ? "NOTEBOOK" : "FILE", id, content, modifiedAt: Date.now() });
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

function queryPath(request: WorkspaceRequest): string {
  return trimmed(request.query.get("path") ?? "");
}

function bodyPath(request: WorkspaceRequest): string {
  return trimmed(text(object(jsonBody(request)).path));
}

function trimmed(path: string): string {
  if (!path.startsWith("/")) throw refuse(400, "INVALID_PARAMETER_VALUE", `Path (${path}) doesn't start with '/'.`);
  return path === "/" ? path : path.replace(/\/+$/, "");
}
