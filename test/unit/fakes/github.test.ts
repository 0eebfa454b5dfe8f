import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { defaultToken, type GitHubOptions, startGitHub } from "../../fakes/github/github.ts";
import { addComment, addPull, user } from "../../fakes/github/state.ts";
import { forkToken } from "../../fakes/github/tokens.ts";

const comments = "/repos/acme/shop/issues/7/comments";

async function github(options: GitHubOptions = {}) {
  const made = await startGitHub(options);
  onTestFinished(() => made.close());
  addPull(made.state, {
    number: 7,
    head: { ref: "change", sha: "a".repeat(40), repository: "acme/shop" },
    base: { ref: "main", sha: "b".repeat(40) },
  });
  const ask = async (method: string, path: string, body?: unknown, token: string | null = defaultToken) => {
    const response = await fetch(path.startsWith("http") ? path : `${made.url}${path}`, {
      method,
      headers: { "user-agent": "test", ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
  };
  return { ...made, ask };
}

describe("the fake GitHub refuses what GitHub refuses", () => {
  it("401 without a token and with an unknown one", async () => {
    const { ask } = await github();
    expect(await ask("GET", comments, undefined, null)).toMatchObject({ status: 401 });
    expect(await ask("GET", comments, undefined, "x")).toMatchObject({
      status: 401,
      body: { message: "Bad credentials" },
    });
  });

  it("403 for what a token may not do, saying what it would need", async () => {
    const { ask } = await github({ tokens: { fork: forkToken } });
    expect(await ask("GET", comments, undefined, "fork")).toMatchObject({ status: 200 });
    const refused = await ask("POST", comments, { body: "x" }, "fork");
    expect(refused).toMatchObject({ status: 403, body: { message: "Resource not accessible by integration" } });
    expect(refused.headers.get("x-accepted-github-permissions")).toBe("issues=write; pull_requests=write");
  });

  it("403 for /user with an installation token, which GraphQL's viewer answers", async () => {
    const { ask } = await github();
    expect(await ask("GET", "/user")).toMatchObject({ status: 403 });
    const answer = await ask("POST", "/graphql", { query: "query { viewer { login } }" });
    expect(answer.body).toEqual({ data: { viewer: { login: "github-actions[bot]" } } });
    expect((await ask("POST", "/graphql", { query: "{ viewer { email } }" })).body).toHaveProperty("errors");
  });

  it("404 for another repository, an unknown number, and a route that is none", async () => {
    const { ask } = await github();
    for (const path of [
      "/repos/acme/other",
      "/repos/acme/shop/issues/8/comments",
      "/repos/acme/shop/issues/x/comments",
      "/nope",
    ]) {
      expect(await ask("GET", path), path).toMatchObject({ status: 404 });
    }
  });

  it("400 and 422 for bodies that are not of GitHub's form", async () => {
    const { ask } = await github();
    expect(await ask("POST", comments, "{")).toMatchObject({ status: 400 });
    for (const body of [{}, { body: 1 }, { body: " " }, { body: "x".repeat(65_537) }]) {
      expect((await ask("POST", comments, body)).status).toBe(422);
    }
    expect((await ask("POST", comments, { body: "é".repeat(65_536) })).status).toBe(201);
    expect((await ask("POST", "/repos/acme/shop/deployments", { ref: 1 })).status).toBe(422);
  });

  it("gives lists in pages of 30, 100 at most, with links", async () => {
    const { ask, state } = await github();
    for (let i = 0; i < 205; i += 1) addComment(state, 7, user("dev", 7), `text ${i}`);
    expect((await ask("GET", comments)).body).toHaveLength(30);
    const first = await ask("GET", `${comments}?per_page=500`);
    expect(first.body).toHaveLength(100);
    const links = first.headers.get("link") ?? "";
    expect(links).toMatch(/page=2>; rel="next", <.*page=3>; rel="last"$/);
    const last = await ask("GET", `${comments}?per_page=100&page=3`);
    expect(last.body).toHaveLength(5);
    expect(last.headers.get("link")).toMatch(/rel="prev".*rel="first"/);
    expect((await ask("GET", `${comments}?page=99`)).body).toEqual([]);
  });

  it("gives an example of a pull request with what this one differs in", async () => {
    const { ask } = await github();
    expect((await ask("GET", "/repos/acme/shop/pulls/7")).body).toMatchObject({
      number: 7,
      merged: false,
      head: { sha: "a".repeat(40), repo: { full_name: "acme/shop", fork: false } },
      base: { ref: "main" },
    });
    expect((await ask("GET", "/repos/acme/shop/pulls?state=closed")).body).toEqual([]);
  });
});

describe("the fake GitHub as a process", () => {
  it("listens, is played by its control address, and ends with its stdin", async () => {
    const main = fileURLToPath(new URL("../../fakes/github/main.ts", import.meta.url));
    const child = spawn(process.execPath, [main, "--name", "org/repo", "--until-stdin-ends"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [line] = await once(child.stdout, "data");
    const { url, control, token } = JSON.parse(String(line));
    const post = (path: string, body: unknown, to = control) =>
      fetch(`${to}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "user-agent": "test" },
        body: JSON.stringify(body),
      });
    const side = { ref: "change", sha: "a".repeat(40), repository: "org/repo" };
    await post("/pulls", { number: 3, head: side, base: side });
    const comment = await post("/repos/org/repo/issues/3/comments", { body: "text" }, url);
    expect(comment.status).toBe(201);
    await post("/faults", { kind: "status", status: 503 });
    expect((await post("/repos/org/repo/issues/3/comments", { body: "text" }, url)).status).toBe(503);
    const state = (await (await fetch(`${control}/state`)).json()) as Record<string, unknown[]>;
    expect(state.comments).toMatchObject([{ pull: 3, body: "text" }]);
    expect(state.seen).toHaveLength(2);
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
