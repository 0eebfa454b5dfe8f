import { describe, expect, it } from "vitest";
import { createClient } from "../../../src/forge/github/client.js";
import { editorsOf } from "../../../src/forge/github/editors.js";
import { attempt } from "../../../src/forge/github/failure.js";
import { defaultToken } from "../../fakes/github/github.ts";
import { addComment, addPull, editComment, user } from "../../fakes/github/state.ts";
import { actionsBot, forkToken } from "../../fakes/github/tokens.ts";
import { forgeAt, ours, part, type Scene, scene } from "./github.ts";

const head = "a".repeat(40);
const bot = user(actionsBot.login, actionsBot.id);
const person = user("mallory", 66);

async function pullScene(...args: Parameters<typeof scene>): Promise<Scene> {
  const made = await scene(...args);
  addPull(made.github.state, {
    number: 7,
    head: { ref: "change", sha: head, repository: "acme/shop" },
    base: { ref: "main", sha: "b".repeat(40) },
  });
  return made;
}

const write = ({ forge }: Pick<Scene, "forge">, body: string, sha: string | null = head) =>
  part(forge.pullRequests).writeComment(7, body, sha);

const read = ({ forge }: Pick<Scene, "forge">) => part(forge.pullRequests).readComments(7);

const bodies = ({ github }: Scene) => github.state.comments.map(({ body }) => body);

describe("our comment on a pull request", () => {
  it("is created once, then updated in place", async () => {
    const it = await pullScene();
    const first = await write(it, ours("first"));
    expect(first).toMatchObject({ ok: true, value: { action: "created", removed: 0 } });
    const second = await write(it, ours("second"));
    expect(second).toMatchObject({ ok: true, value: { action: "updated" } });
    expect(bodies(it)).toEqual([ours("second")]);
    expect(second.ok && first.ok && second.value.url === first.value.url).toBe(true);
  });

  it("is found on any page of the conversation", async () => {
    const it = await pullScene();
    for (let i = 0; i < 150; i += 1) addComment(it.github.state, 7, person, `talk ${i}`);
    addComment(it.github.state, 7, bot, ours("old"));
    for (let i = 0; i < 100; i += 1) addComment(it.github.state, 7, person, `more talk ${i}`);
    expect(await write(it, ours("new"))).toMatchObject({ ok: true, value: { action: "updated" } });
    expect(bodies(it).filter((body) => body.includes("ldp-action"))).toEqual([ours("new")]);
    expect(it.github.state.comments).toHaveLength(251);
  });

  it("leaves what others wrote alone, also with our marker in it", async () => {
    const it = await pullScene();
    addComment(it.github.state, 7, person, ours("forged"));
    addComment(it.github.state, 7, user("github-actions", 67), ours("a person with the app's name"));
    addComment(it.github.state, 7, user("other-app[bot]", 68), ours("another app"));
    addComment(it.github.state, 7, bot, `quoted:\n${ours("not at its start")}`);
    addComment(it.github.state, 7, bot, "another workflow's comment");
    const before = bodies(it);
    expect(await write(it, ours("mine"))).toMatchObject({ ok: true, value: { action: "created" } });
    expect(bodies(it)).toEqual([...before, ours("mine")]);
  });

  it("goes to the oldest of several, and the doubles go away", async () => {
    const it = await pullScene();
    const oldest = addComment(it.github.state, 7, bot, ours("one"));
    addComment(it.github.state, 7, person, ours("forged"));
    addComment(it.github.state, 7, bot, ours("two"));
    addComment(it.github.state, 7, bot, ours("three"));
    expect(await write(it, ours("now"))).toMatchObject({ ok: true, value: { action: "updated", removed: 2 } });
    expect(it.github.state.comments.map(({ id, body }) => [id, body])).toEqual([
      [oldest.id, ours("now")],
      [expect.any(Number), ours("forged")],
    ]);
  });

  it("stays one when two jobs write it at the same time", async () => {
    const it = await pullScene();
    const other = forgeAt(it.github);
    await Promise.all([write(it, ours("a")), write(other, ours("b"))]);
    await write(it, ours("c"));
    expect(bodies(it)).toEqual([ours("c")]);
  });

  it("stays one when the answer to its creation is lost", async () => {
    const it = await pullScene();
    it.github.addFault({ kind: "lose-answer", method: "POST", path: "/comments" });
    expect(await write(it, ours("once"))).toMatchObject({ ok: true, value: { action: "created" } });
    expect(it.github.faults.met).toBe(1);
    expect(bodies(it)).toEqual([ours("once")]);
  });

  it("is not written by a run of an older commit", async () => {
    const it = await pullScene();
    await write(it, ours("newest"));
    const late = await write(it, ours("late"), "c".repeat(40));
    expect(late).toEqual({ ok: true, value: { action: "outdated", url: null, removed: 0 } });
    expect(bodies(it)).toEqual([ours("newest")]);
  });

  it("is apart from one with another key", async () => {
    const it = await pullScene();
    await write(it, ours("shop", "shop"));
    await write(it, ours("crm", "crm"));
    await write(it, ours("shop again", "shop"));
    expect(bodies(it)).toEqual([ours("shop again", "shop"), ours("crm", "crm")]);
  });

  it("is not rewritten when nothing in it changed", async () => {
    const it = await pullScene();
    await write(it, ours("same"));
    await write(it, ours("same"));
    expect(it.github.seen.filter(({ method }) => method === "PATCH")).toEqual([]);
  });

  it("is a person's own with a personal token", async () => {
    const permissions = { "pull-requests": "write" } as const;
    const it = await pullScene({ tokens: { ghp_x: { kind: "personal", login: "Dev", id: 7, permissions } } }, "ghp_x");
    addComment(it.github.state, 7, user("dev[bot]", 8), ours("an app with the person's name"));
    await write(it, ours("one"));
    await write(it, ours("two"));
    expect(bodies(it)).toEqual([ours("an app with the person's name"), ours("two")]);
  });

  it("never asks for /user, which an installation token may not read", async () => {
    const it = await pullScene();
    await write(it, ours("one"));
    await write(it, ours("two"));
    expect(it.github.seen.some(({ path }) => path === "/user")).toBe(false);
    expect(it.github.seen.some(({ path, status }) => path === "/graphql" && status === 200)).toBe(true);
  });

  it("is read back, ours only", async () => {
    const it = await pullScene();
    addComment(it.github.state, 7, person, ours("forged"));
    await write(it, ours("mine"));
    expect(await read(it)).toEqual({ ok: true, value: [{ body: ours("mine"), editedBy: null }] });
  });

  it("is ours when we edited it ourselves", async () => {
    const it = await pullScene();
    await write(it, ours("first"));
    await write(it, ours("second"));
    expect(it.github.state.comments[0]?.editor?.login).toBe(actionsBot.login);
    expect(await read(it)).toEqual({ ok: true, value: [{ body: ours("second"), editedBy: null }] });
  });

  it.each([
    ["a person", person, "mallory"],
    ["a person with the app's name", user("github-actions", 67), "github-actions"],
    ["another app", user("other-app[bot]", 68), "other-app"],
  ])("tells that %s edited it, until we write it anew", async (_name, editor, login) => {
    const it = await pullScene();
    await write(it, ours("mine"));
    const [comment] = it.github.state.comments;
    if (!comment) throw new Error("there is no comment");
    editComment(it.github.state, comment, editor, ours("theirs"));
    expect(await read(it)).toEqual({ ok: true, value: [{ body: ours("theirs"), editedBy: login }] });
    await write(it, ours("mine again"));
    expect(await read(it)).toEqual({ ok: true, value: [{ body: ours("mine again"), editedBy: null }] });
  });

  it("is not ours alone when who edited it can't be told", async () => {
    const it = await pullScene();
    await write(it, ours("mine"));
    Object.assign(it.github.state.comments[0] ?? {}, { lastEditedAt: it.github.state.now() });
    expect(await read(it)).toMatchObject({ ok: true, value: [{ editedBy: "somebody whose account is gone" }] });
  });

  it("is a finding when GitHub does not give its editor", async () => {
    const { github } = await pullScene();
    const client = await createClient({ token: defaultToken, apiUrl: github.url });
    const need = { to: "read the comments of pull request 7", permission: "pull-requests: read" };
    expect(await attempt(need, () => editorsOf(client, ["IC_1"]))).toMatchObject({
      ok: false,
      finding: { code: "LDP905", message: expect.stringContaining("Could not resolve to a node") },
    });
  });

  it("is read whatever their number", async () => {
    const it = await pullScene();
    for (let i = 0; i < 130; i += 1) addComment(it.github.state, 7, bot, ours(`${i}`, `key-${i}`));
    const answer = await read(it);
    expect(answer.ok && answer.value.map(({ body }) => body)).toEqual(bodies(it));
  });
});

describe("a comment that can't be written is a finding", () => {
  it("names the permission that the token lacks", async () => {
    const it = await pullScene({ tokens: { ghs_fork: forkToken } }, "ghs_fork");
    const answer = await write(it, ours("text"));
    expect(answer).toMatchObject({
      ok: false,
      finding: {
        code: "LDP905",
        severity: "warning",
        message:
          "could not write the comment on pull request 7: the token lacks the permission `pull-requests: write` (Resource not accessible by integration)",
        hint: expect.stringContaining("from a fork"),
      },
    });
    expect(it.waits).toEqual([]);
  });

  it.each([["a wrong token", "ghs_wrong", "LDP905", "GitHub does not accept the token (Bad credentials)"]])(
    "%s",
    async (_name, token, code, text) => {
      const it = await pullScene({}, token);
      expect(await write(it, ours("text"))).toMatchObject({
        ok: false,
        finding: { code, message: expect.stringContaining(text) },
      });
    },
  );

  it("a locked conversation", async () => {
    const it = await pullScene();
    Object.assign(it.github.state.pulls.get(7) ?? {}, { locked: true });
    const answer = await write(it, ours("text"));
    expect(answer).toMatchObject({
      ok: false,
      finding: { code: "LDP908", message: expect.stringContaining("locked") },
    });
  });

  it("a pull request that is not there", async () => {
    const it = await pullScene();
    const answer = await part(it.forge.pullRequests).writeComment(8, ours("x"), head);
    expect(answer).toMatchObject({
      ok: false,
      finding: { code: "LDP905", message: expect.stringContaining("not find") },
    });
  });

  it("a text past GitHub's limit", async () => {
    const it = await pullScene();
    const answer = await write(it, ours("é".repeat(65_536)));
    expect(answer).toMatchObject({
      ok: false,
      finding: { code: "LDP908", message: expect.stringContaining("422 (Validation Failed") },
    });
  });
});
