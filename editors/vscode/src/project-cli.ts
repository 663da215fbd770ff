/** The normc that a project has installed: only there are the device and the version that it builds with. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The command line of the nearest `node_modules` above a file. */
export function projectCli(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const packageFile = join(folder, "node_modules/normc/package.json");
    if (existsSync(packageFile)) {
      const { bin } = JSON.parse(readFileSync(packageFile, "utf8")) as { bin: { normc: string } };
      return join(dirname(packageFile), bin.normc);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** Standard output. A case that failed is in there too, so the exit code says nothing more. @throws Error if there is none. */
export function runCli(cli: string, words: readonly string[], cwd: string): Promise<string> {
  // Of VS Code itself, `process.execPath` is the editor: with this it is Node.
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: "1" };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [cli, ...words], { cwd, env, maxBuffer: 2 ** 28 }, (error, out, err) => {
      if (out.trim() !== "") resolve(out);
      else reject(new Error(err.trim() || String(error)));
    });
  });
}
