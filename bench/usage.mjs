// Loaded into a timed process with --import: tells the process that started it what it used, through file descriptor 3.
import { writeSync } from "node:fs";

process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeSync(3, JSON.stringify({ kib: maxRSS, cpu: (userCPUTime + systemCPUTime) / 1000 }));
});
