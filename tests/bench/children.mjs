// Programs that a benchmark starts and that end with it.
import { spawn } from "node:child_process";

const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));

export const pause = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

/** The child and the address that `pattern` finds in what it prints. */
export function start(command, args, pattern, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  children.add(child);
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (piece) => {
      const found = pattern.exec(piece);
      if (found) resolve({ child, url: found[1] });
    });
    child.on("exit", (code) => {
      children.delete(child);
      reject(new Error(`${command} ended with ${code}`));
    });
  });
}
