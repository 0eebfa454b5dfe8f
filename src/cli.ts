import { runCli } from "./commands/program.js";

const { stdout, stderr, exit } = await runCli(process.argv.slice(2), {
  color: process.stdout.isTTY === true && !process.env.NO_COLOR,
  width: process.stdout.isTTY ? process.stdout.columns : 0,
});
// A reader that closes the pipe early (`ldp plan | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}
process.exitCode = exit;
process.stderr.write(stderr);
process.stdout.write(stdout);
