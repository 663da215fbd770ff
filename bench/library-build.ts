/** Times a build of the library with every target, from nothing, each time in a process and a folder of its own. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../src/tuning/measure/spread.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const targets = "wgsl,glsl,wasm";

/** @returns the median of some builds in milliseconds, or why there is none. */
export async function libraryBuild(rounds: number): Promise<number | string> {
  const times: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const folder = mkdtempSync(join(tmpdir(), "normc-library-"));
    try {
      // A folder with its own modules has its own cache.
      mkdirSync(join(folder, "node_modules"));
      writeFileSync(join(folder, "package.json"), "{}");
      cpSync(join(root, "library"), join(folder, "library"), { recursive: true });
      times.push(await build(folder));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return median(times);
}

function build(folder: string): Promise<number> {
  const specs = readdirSync(join(folder, "library"))
    .filter((name) => name.endsWith(".norm"))
    .map((name) => join("library", name));
  const start = performance.now();
  const child = spawn(
    process.execPath,
    [
      "--conditions=source",
      "--disable-warning=ExperimentalWarning",
      join(root, "scripts/normc.mjs"),
      "build",
      ...specs,
      "--target",
      targets,
      "--out",
      "out",
    ],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(0, 300);
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      if (code === 0) resolve(performance.now() - start);
      else reject(new Error(`the build ended with ${code}: ${said.trim().split("\n")[0]}`));
    });
  });
}
