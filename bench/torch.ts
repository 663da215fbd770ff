/**
 * The process that times PyTorch, through a Python that has it: its path is the first argument, and the second says which
 * pass, `forward` or `gradient`. The norms are in `travel/torch_norms.py`.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { BenchCase } from "./cases.ts";
import { type Entry, serve } from "./contestant.ts";
import { type CaseData, cotangentOf } from "./data.ts";
import { type Gradients, gradientTensors } from "./gradient-reference.ts";

const [python = "python3", pass = "forward"] = process.argv.slice(2);
const grad = pass === "gradient";

interface TorchTensor {
  readonly path: string;
  readonly shape: readonly number[];
}

interface Torch {
  /** @throws Error if Python refuses or ends. */
  ask<Value>(request: object): Promise<Value>;
}

serve(async () => {
  const torch = startTorch();
  const { version, device } = await torch.ask<{ version: string; device: string }>({ ask: "open" });
  const folder = mkdtempSync(join(tmpdir(), "normc-torch-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return {
    versions: { PyTorch: `${version} (${device})` },
    async prepare(one, data, dtype) {
      const leaves = grad ? gradientTensors(one) : [];
      const { entries, refused } = await torch.ask<{
        entries: Record<string, string>;
        refused: Record<string, string>;
      }>({ ask: "prepare", case: { ...one, dtype, grad, leaves, files: filesOf(folder, one, data) } });
      for (const [name, why] of Object.entries(refused)) process.stderr.write(`${name}: ${why}\n`);
      const read = async (name: string): Promise<Record<string, Float32Array>> => {
        const paths = await torch.ask<Record<string, string>>({ ask: "results", name, folder });
        return Object.fromEntries(Object.entries(paths).map(([tensor, path]) => [tensor, floatsIn(path)]));
      };
      return {
        entries: Object.entries(entries).map(
          ([name, note]): Entry => ({
            name,
            note,
            timed: { time: (count) => torch.ask<number>({ ask: "time", name, count }) },
            ...(grad
              ? { gradients: async () => gradientsIn(await read(name)) }
              : { result: async () => (await read(name)).y! }),
          }),
        ),
        release: () => torch.ask<void>({ ask: "release" }),
      };
    },
  };
});

function startTorch(): Torch {
  const script = fileURLToPath(new URL("./travel/torch_norms.py", import.meta.url));
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  const end = (error: Error): void => {
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  child.on("error", end);
  child.on("exit", (code) => end(new Error(`${python} ended with ${code}`)));
  return {
    async ask<Value>(request: object) {
      const line = await new Promise<string>((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
      const answer = JSON.parse(line) as { value: Value } | { failure: string };
      if ("failure" in answer) throw new Error(answer.failure);
      return answer.value;
    },
  };
}

function filesOf(folder: string, one: BenchCase, data: CaseData): Readonly<Record<string, TorchTensor>> {
  const file = (name: string, values: Float32Array, shape: readonly number[]): [string, TorchTensor] => {
    const path = join(folder, `${name}.f32`);
    writeFileSync(path, values);
    return [name, { path, shape }];
  };
  const flat = (name: "gamma" | "beta" | "mean" | "variance") => file(name, data[name], [data[name].length]);
  return Object.fromEntries([
    file("x", data.x, one.shape),
    flat("gamma"),
    flat("beta"),
    flat("mean"),
    flat("variance"),
    ...(grad ? [file("d_y", cotangentOf(one), one.shape)] : []),
  ]);
}

function floatsIn(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function gradientsIn({ x, gamma, beta }: Record<string, Float32Array>): Gradients {
  return { d_x: x!, ...(gamma && { d_gamma: gamma }), ...(beta && { d_beta: beta }) };
}
