import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { defaultToken, startWorkspace, type Workspace } from "../../fakes/workspace/workspace.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await startWorkspace({
    users: [
      { token: defaultToken, userName: "tester@example.com" },
      { token: "reader-token", userName: "reader@example.com", readOnly: true },
    ],
    principals: [{ clientId: "sp", secret: "right" }],
  });
});
afterEach(() => workspace.close());

async function call(method: string, path: string, body?: unknown, token: string | null = defaultToken) {
  const response = await fetch(workspace.url + path, {
    method,
    ...(token === null ? {} : { headers: { Authorization: `Bearer ${token}` } }),
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text === "" ? null : (JSON.parse(text) as Record<string, unknown>) };
}

const file = (path: string, overwrite: boolean) =>
  `/api/2.0/workspace-files/import-file/${encodeURIComponent(path.slice(1))}?overwrite=${overwrite}`;

describe("the fake workspace is strict", () => {
  test("a wrong token is a 403, none too, and a reader writes nothing", async () => {
    expect((await call("GET", "/api/2.0/preview/scim/v2/Me", undefined, "wrong")).status).toBe(403);
    expect((await call("GET", "/api/2.0/pipelines", undefined, null)).status).toBe(403);
    expect((await call("POST", "/api/2.0/pipelines", { name: "a" }, "reader-token")).status).toBe(403);
    expect((await call("GET", "/api/2.0/pipelines", undefined, "reader-token")).status).toBe(200);
  });

  test("a file needs its folder, and is overwritten only when asked", async () => {
    expect((await call("POST", file("/Workspace/a/b.txt", false), "1")).status).toBe(404);
    await call("POST", "/api/2.0/workspace/mkdirs", { path: "/Workspace/a" });
    expect((await call("POST", file("/Workspace/a/b.txt", false), "1")).status).toBe(200);
    expect((await call("POST", file("/Workspace/a/b.txt", false), "2")).status).toBe(409);
    expect((await call("POST", file("/Workspace/a/b.txt", true), "3")).status).toBe(200);
    expect(workspace.files.get("/Workspace/a/b.txt")?.content.toString()).toBe("3");
    expect((await call("POST", "/api/2.0/workspace/delete", { path: "/Workspace/a" })).status).toBe(400);
    expect((await call("POST", "/api/2.0/workspace/delete", { path: "/Workspace/a", recursive: true })).status).toBe(
      200,
    );
    expect((await call("GET", "/api/2.0/workspace/get-status?path=/Workspace/a")).status).toBe(404);
  });

  test("an endpoint that it does not know is a 404, and is written down", async () => {
    expect((await call("GET", "/api/9.9/nothing")).status).toBe(404);
    expect(workspace.unknown.map((one) => one.path)).toEqual(["/api/9.9/nothing"]);
  });

  test("two pipelines of one name are refused, and jobs with odd tasks", async () => {
    expect((await call("POST", "/api/2.0/pipelines", { name: "a" })).status).toBe(200);
    expect((await call("POST", "/api/2.0/pipelines", { name: "a" })).status).toBe(409);
    const tasks = [{ task_key: "a", depends_on: [{ task_key: "b" }] }];
    expect((await call("POST", "/api/2.2/jobs/create", { name: "j", tasks })).status).toBe(400);
    expect((await call("POST", "/api/2.2/jobs/create", "{")).status).toBe(400);
  });

  test("job ids keep all their digits", async () => {
    const created = await call("POST", "/api/2.2/jobs/create", { name: "j" });
    expect(created.text).toBe('{"job_id":900719925474099301}');
    expect((await call("GET", "/api/2.2/jobs/get?job_id=900719925474099301")).text).toContain(
      '"job_id":900719925474099301',
    );
  });

  test("a pipeline has exactly one owner", async () => {
    const { json } = await call("POST", "/api/2.0/pipelines", { name: "a" });
    const path = `/api/2.0/permissions/pipelines/${json?.pipeline_id}`;
    const view = { group_name: "g", permission_level: "CAN_VIEW" };
    const owner = { user_name: "a", permission_level: "IS_OWNER" };
    expect((await call("PUT", path, { access_control_list: [view] })).status).toBe(400);
    expect((await call("PUT", path, { access_control_list: [view, owner] })).status).toBe(200);
  });

  test("one update of a pipeline runs at a time, and ends after some looks", async () => {
    const { json } = await call("POST", "/api/2.0/pipelines", { name: "a" });
    const updates = `/api/2.0/pipelines/${json?.pipeline_id}/updates`;
    const started = await call("POST", updates, { refresh_selection: ["x"] });
    expect((await call("POST", updates, {})).status).toBe(409);
    const states = [];
    for (let look = 0; look < 3; look++) {
      const update = (await call("GET", `${updates}/${started.json?.update_id}`)).json?.update as { state: string };
      states.push(update.state);
    }
    expect(states).toEqual(["INITIALIZING", "RUNNING", "COMPLETED"]);
  });

  test("a client's secret is checked", async () => {
    const form = (secret: string) => `grant_type=client_credentials&client_id=sp&client_secret=${secret}`;
    expect((await call("POST", "/oidc/v1/token", form("wrong"), null)).status).toBe(401);
    const issued = await call("POST", "/oidc/v1/token", form("right"), null);
    const me = await call("GET", "/api/2.0/preview/scim/v2/Me", undefined, String(issued.json?.access_token));
    expect(me.json?.userName).toBe("sp");
  });

  test("faults act on what they match, as often as told", async () => {
    workspace.addFault({ method: "GET", path: "/pipelines", kind: "status", status: 429, retryAfter: 7, skip: 1 });
    expect((await call("GET", "/api/2.0/pipelines")).status).toBe(200);
    const limited = await fetch(`${workspace.url}/api/2.0/pipelines`, {
      headers: { Authorization: `Bearer ${defaultToken}` },
    });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await call("GET", "/api/2.0/pipelines")).status).toBe(200);
    workspace.addFault({ path: "/pipelines", kind: "reset" });
    await expect(call("GET", "/api/2.0/pipelines")).rejects.toThrow();
    expect(workspace.faults.acted).toBe(2);
  });
});

test("the fake workspace is a process too", async () => {
  const main = fileURLToPath(new URL("../../fakes/workspace/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "--token", "t", "--user", "u@example.com", "--until-stdin-ends"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, token, user } = JSON.parse(line.toString()) as Record<string, string>;
  const me = await fetch(`${url}/api/2.0/preview/scim/v2/Me`, { headers: { Authorization: `Bearer ${token}` } });
  expect(await me.json()).toMatchObject({ userName: user });
  child.stdin.end();
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
});
