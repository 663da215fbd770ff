/** The blocks of `docs/frameworks` whose libraries are not installed for the tests. Those of TypeGPU and plain WebGPU run in `typescript.test.ts`. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ended, normc, root, temporaryFolder } from "../cli/normc.ts";
import { dawnEnvironment } from "../support/plain-dawn.ts";
import { codeBlocks } from "./blocks.ts";

function blockOf(page: string): string {
  const found = codeBlocks().find(
    ({ at, language }) => at.startsWith(`docs/frameworks/${page}.md`) && language === "js",
  );
  if (found === undefined) throw new Error(`${page} has no block`);
  return found.text;
}

test("ONNX Runtime: each line is one of the example, which the tests of the examples run", () => {
  const example = readFileSync(join(root, "examples/onnxruntime/src/page.js"), "utf8").split("\n");
  const lines = blockOf("onnxruntime")
    .split("\n")
    .filter((line) => line !== "");
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines) expect(example).toContain(line);
});

/** jax-js is made for pages: Dawn stands where a page has WebGPU. */
const before = `
import { create, globals } from "webgpu";
Object.assign(globalThis, globals);
Object.defineProperty(globalThis.navigator, "gpu", { value: create([]), configurable: true });
`;
const after = `
const read = device.createBuffer({ size: y.size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
const copy = device.createCommandEncoder();
copy.copyBufferToBuffer(y, 0, read, 0, y.size);
device.queue.submit([copy.finish()]);
await read.mapAsync(GPUMapMode.READ);
const row = new Float32Array(read.getMappedRange()).subarray(0, 768);
const data = (await x.data()).subarray(0, 768);
const mean = data.reduce((sum, one) => sum + one, 0) / 768;
const variance = data.reduce((sum, one) => sum + (one - mean) ** 2, 0) / 768;
console.log(Math.max(...row.map((one, i) => Math.abs(one - (data[i] - mean) / Math.sqrt(variance + 1e-5)))));
process.exit(0);
`;

test("jax-js: a norm reads its array without a copy", async ({ skip }) => {
  const jax = join(root, "bench/peers/node_modules/@jax-js");
  skip(!existsSync(jax), "jax-js is not installed: npm install --prefix bench/peers");
  const environment = await dawnEnvironment();
  skip(environment === undefined, "there is no device");
  using folder = temporaryFolder();
  const built = await normc([
    "build",
    "LayerNorm",
    "--language",
    "js",
    "--out",
    join(folder.path, "generated"),
  ]);
  expect(built.code, built.err).toBe(0);
  mkdirSync(join(folder.path, "node_modules"));
  writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
  for (const [name, target] of [
    ["@jax-js", jax],
    ["webgpu", join(root, "node_modules/webgpu")],
    ["normc", root],
  ] as const) {
    symlinkSync(target, join(folder.path, "node_modules", name));
  }
  // After the globals: an import of jax-js looks for WebGPU at once.
  const [imports, body] = [/^import .*$/gm, blockOf("jax").replaceAll(/^import .*$/gm, "")] as const;
  const loaded = [...blockOf("jax").matchAll(imports)]
    .map(([line]) =>
      line.replace(/^import (.*) from (.*);$/, "const $1 = await import($2);").replaceAll(" as ", ": "),
    )
    .join("\n");
  writeFileSync(join(folder.path, "script.mjs"), `${before}${loaded}\n${body}${after}`);
  const hooks = join(root, "examples/typescript.mjs");
  const words = [
    "--conditions=source",
    "--disable-warning=ExperimentalWarning",
    "--import",
    hooks,
    "script.mjs",
  ];
  const { code, out, err } = await ended(process.execPath, words, folder.path, environment);
  expect(code, err).toBe(0);
  expect(Number(out.trim().split("\n").at(-1))).toBeLessThan(1e-5);
}, 60_000);
