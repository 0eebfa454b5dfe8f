// Takes the operations that the fake serves out of GitHub's OpenAPI description, without prose.
// usage: node test/fakes/github/extract-openapi.mjs FILE      FILE: generated/api.github.com.json of the package @octokit/openapi
import { readFileSync, writeFileSync } from "node:fs";

const operations = [
  "GET /user",
  "GET /repos/{owner}/{repo}",
  "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
  "GET /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}",
  "GET /repos/{owner}/{repo}/pulls",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}",
  "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
  "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
  "GET /repos/{owner}/{repo}/compare/{basehead}",
  "GET /repos/{owner}/{repo}/deployments",
  "POST /repos/{owner}/{repo}/deployments",
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}",
  "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
  "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}",
  "GET /repos/{owner}/{repo}/git/ref/{ref}",
  "GET /repos/{owner}/{repo}/contents/{path}",
  "GET /repos/{owner}/{repo}/releases/tags/{tag}",
];
/** Answers whose schema is kept, so that the fake's own answers are held against it. */
const answered = new Set([
  "issues/list-comments",
  "issues/create-comment",
  "issues/get-comment",
  "issues/update-comment",
  "pulls/list-files",
  "repos/list-deployments",
  "repos/create-deployment",
  "repos/get-deployment",
  "repos/list-deployment-statuses",
  "repos/create-deployment-status",
  "git/get-commit",
  "git/get-ref",
]);
const prose = new Set(["description", "example", "examples", "title", "externalDocs", "x-github", "deprecated"]);

const document = JSON.parse(readFileSync(process.argv[2], "utf8"));
const schemas = {};
const result = {
  source: `@octokit/openapi, api.github.com, version ${document.info.version}`,
  operations: operations.map(slim),
  schemas,
};
writeFileSync(new URL("openapi.json", import.meta.url), `${JSON.stringify(result, null, 1)}\n`);

function slim(name) {
  const [method, path] = name.split(" ");
  const operation = document.paths[path][method.toLowerCase()];
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith("2"));
  return {
    operation: operation.operationId,
    method,
    path,
    parameters: (operation.parameters ?? []).map(resolved).map(({ name, in: place, required, schema }) => ({
      name,
      in: place,
      required: required === true,
      schema: kept(schema),
    })),
    body: kept(operation.requestBody?.content["application/json"]?.schema) ?? null,
    status: Number(success[0]),
    answer: answered.has(operation.operationId)
      ? (kept(resolved(success[1]).content?.["application/json"]?.schema) ?? null)
      : null,
  };
}

function resolved(value) {
  if (!value.$ref) return value;
  return value.$ref
    .slice(2)
    .split("/")
    .reduce((found, key) => found[key], document);
}

/** A schema without prose; what it refers to goes into `schemas`. */
function kept(value, inProperties = false) {
  if (Array.isArray(value)) return value.map((item) => kept(item));
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$ref === "string") {
    const name = value.$ref.split("/").pop();
    if (!(name in schemas)) {
      schemas[name] = null;
      schemas[name] = kept(resolved(value));
    }
    return { $ref: `#/schemas/${name}` };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => inProperties || !prose.has(key))
      .map(([key, entry]) => [key, kept(entry, key === "properties")]),
  );
}
