import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

const start = [
  "--conditions=source",
  "--disable-warning=ExperimentalWarning",
  join(root, "scripts/normc.mjs"),
];

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the real command line in a process of its own. */
export function normc(words: readonly string[], cwd = root, options: EndedOptions = {}): Promise<Ended> {
  return ended(process.execPath, [...(options.node ?? []), ...start, ...words], cwd, options);
}

export interface EndedOptions {
  /** What it reads from standard input. */
  readonly input?: string;
  /** Options of Node itself. */
  readonly node?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
}

export function startNormc(words: readonly string[], cwd: string): ReturnType<typeof spawn> {
  return spawn(process.execPath, [...start, ...words], { cwd, stdio: ["ignore", "pipe", "pipe"] });
}

export function ended(
  program: string,
  words: readonly string[],
  cwd: string,
  { input, env, uid }: EndedOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      ...(env === undefined ? {} : { env }),
      ...(uid === undefined ? {} : { uid }),
    });
    // A program that reads nothing ends before everything is written.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    let out = "";
    let err = "";
    child.stdout!.on("data", (data) => {
      out += String(data);
    });
    child.stderr!.on("data", (data) => {
      err += String(data);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

/** A folder for one test file; `using` it removes it again. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "normc-cli-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const centered = `/// Subtracts the mean.
norm Centered {
  axes   N, D
  param  scale = 1
  input  x[N, D]

  y = (x - mean(x over D)) * scale

  output y
}
`;
