// The fake GitHub as a process of its own:
//   node main.ts --repository FOLDER [--name OWNER/NAME] [--port N] [--token TOKEN] [--fork-token TOKEN] [--until-stdin-ends]
// Prints one line of JSON, {"url", "control", "token"}, when it listens. `control` is a second address, for who plays GitHub:
//   GET /state        comments, deployments, pulls, and the requests that came
//   POST /pulls       {number, head: {ref, sha, repository}, base: {ref, sha}}; again, to change it
//   POST /merge       {number, sha}
//   POST /faults      a fault, as in faults.ts
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fault } from "./faults.ts";
import { defaultToken, startGitHub } from "./github.ts";
import { addPull, mergePull, type NewPull } from "./state.ts";
import { forkToken, jobToken } from "./tokens.ts";

const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};

const token = option("token") ?? defaultToken;
const fork = option("fork-token");
const [owner = "acme", name = "shop"] = (option("name") ?? "acme/shop").split("/");
const repository = option("repository");
const github = await startGitHub({
  owner,
  name,
  port: Number(option("port") ?? "0"),
  ...(repository === undefined ? {} : { repository }),
  tokens: { [token]: jobToken, ...(fork === undefined ? {} : { [fork]: forkToken }) },
});

const control = createServer(async (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { state } = github;
  const actions: Readonly<Record<string, (body: never) => unknown>> = {
    "GET /state": () => ({
      comments: state.comments,
      deployments: state.deployments,
      pulls: [...state.pulls.values()],
      seen: github.seen,
    }),
    "POST /pulls": (pull: NewPull) => addPull(state, { ...state.pulls.get(pull.number), ...pull }),
    "POST /merge": ({ number, sha }: { number: number; sha: string }) => mergePull(state, number, sha) ?? {},
    "POST /faults": (fault: Fault) => github.addFault(fault) ?? {},
  };
  const action = actions[`${incoming.method} ${incoming.url}`];
  try {
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString("utf8")) : {};
    outgoing.writeHead(action ? 200 : 404, { "content-type": "application/json" });
    outgoing.end(JSON.stringify(action ? action(body as never) : { error: "no such action" }));
  } catch (error) {
    outgoing.end(JSON.stringify({ error: String(error) }));
  }
});
await new Promise<void>((resolve) => control.listen(0, "127.0.0.1", resolve));
const controlUrl = `http://127.0.0.1:${(control.address() as AddressInfo).port}`;
console.log(JSON.stringify({ url: github.url, control: controlUrl, token }));

const stop = () => {
  control.closeAllConnections();
  control.close();
  void github.close().then(() => process.exit(0));
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
if (process.argv.includes("--until-stdin-ends")) process.stdin.on("end", stop).resume();
