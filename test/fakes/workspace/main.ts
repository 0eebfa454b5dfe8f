// The fake workspace as a process of its own: node main.ts [--port N] [--user NAME] [--token TOKEN] [--until-stdin-ends]
// Prints one line of JSON, {"url", "token", "user"}, when it listens. It ends on SIGTERM, or, when asked, with its stdin.
import { defaultToken, defaultUser, startWorkspace } from "./workspace.ts";

const option = (name: string, standard: string): string => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? standard : (process.argv[index + 1] ?? standard);
};

const token = option("token", defaultToken);
const userName = option("user", defaultUser);
const workspace = await startWorkspace({ port: Number(option("port", "0")), users: [{ token, userName }] });
console.log(JSON.stringify({ url: workspace.url, token, user: userName }));

const stop = () => void workspace.close().then(() => process.exit(0));
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
if (process.argv.includes("--until-stdin-ends")) process.stdin.on("end", stop).resume();
