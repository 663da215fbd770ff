/** The `ts` blocks of the documentation are checked by TypeScript, and run on a device where they can. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ended, normc, root, temporaryFolder } from "../cli/normc.ts";
import { hasDevice } from "../support/device.ts";
import { type CodeBlock, codeBlocks } from "./blocks.ts";

const blocks = codeBlocks()
  .filter(({ language }) => language === "ts")
  .map((block, i) => ({ ...block, file: `block${i}.ts` }));

/** What a block takes as given, as types: buffers where it is about WebGPU, arrays where it is about gpu.js or processors. */
const preamble = {
  webgpu: `interface Given {
  device: GPUDevice; pass: GPUComputePassEncoder; float32Array: Float32Array;
  x: GPUBuffer; gamma: GPUBuffer; beta: GPUBuffer; y: GPUBuffer;
  d_x: GPUBuffer; d_y: GPUBuffer; d_gamma: GPUBuffer; d_beta: GPUBuffer; saved: GPUBuffer;
  buffers: { x: GPUBuffer; gamma: GPUBuffer; beta: GPUBuffer; y: GPUBuffer };
}`,
  arrays: `interface Given {
  float32Array: Float32Array; x: Float32Array; gamma: Float32Array; beta: Float32Array; d_y: Float32Array;
}`,
  compiler: `interface Given { text: string; base: string }`,
};

/** The norms that a block may name without an import. */
const norms = { GroupNorm: "group_norm", LayerNorm: "layer_norm" };

/** Files of the library whose modules blocks import. */
const files = [...Object.values(norms), "sync_batch_norm"];

function isFile(text: string): boolean {
  return /^export default /m.test(text);
}

/** The block as a function of what it takes as given. */
function moduleOf({ text }: CodeBlock): string {
  // A file as a whole, such as a config.
  if (isFile(text)) return text;
  const lines = text.split("\n");
  const isImport = (line: string): boolean => /^import .* from /.test(line);
  const imported = lines.filter(isImport);
  const body = lines.filter((line) => !isImport(line)).join("\n");
  const given =
    preamble[
      /"gpu\.js"|\.wasm\.js"/.test(text) ? "arrays" : text.includes('"normc"') ? "compiler" : "webgpu"
    ];
  const named = Object.entries(norms)
    .filter(([norm]) => body.includes(`${norm}.`) && !imported.some((line) => line.includes(norm)))
    .map(([norm, file]) => `import { ${norm} } from "./generated/${file}.js";`);
  const names = new Set([...given.matchAll(/(\w+): /g)].map((match) => match[1]!));
  const used = [...names].filter((name) => new RegExp(`\\b${name}\\b`).test(body));
  // A block of its own within the function: the example may give a result the name of a buffer.
  return `${[...imported, ...named].join("\n")}
${given}
export async function example({ ${used.join(", ")} }: Given): Promise<void> {
  {
${body}
  }
}
`;
}

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

beforeAll(async () => {
  const specs = files.map((file) => `library/${file}.norm`);
  const out = join(folder.path, "generated");
  const built = await normc(["build", ...specs, "--target", "wgsl,glsl,wasm", "--out", out]);
  expect(built.code, built.err).toBe(0);
  const modules = join(folder.path, "node_modules");
  mkdirSync(modules);
  symlinkSync(root, join(modules, "normc"));
  for (const name of ["gpu.js", "typegpu"])
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  writeFileSync(join(folder.path, "package.json"), '{ "type": "module" }');
  for (const block of blocks) writeFileSync(join(folder.path, block.file), moduleOf(block));
}, 60_000);

test("the examples type-check under strict, against generated modules", async () => {
  const compilerOptions = {
    target: "es2023",
    lib: ["es2023", "dom"],
    module: "nodenext",
    customConditions: ["source"],
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: [join(root, "node_modules/@webgpu/types"), join(root, "node_modules/@types/node")],
  };
  const files = blocks.map((one) => one.file);
  writeFileSync(join(folder.path, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { out } = await ended(process.execPath, [tsc, "-p", folder.path], folder.path);
  const places = new Map(blocks.map(({ file, at }) => [file, at]));
  expect(out.replaceAll(/block\d+\.ts/g, (file) => `${file} (${places.get(file)})`)).toBe("");
}, 60_000);

/** Not in Node: WebGL2. Not on a device: WebAssembly. Not in a test: what tunes until its seconds are spent. */
const runnable = blocks.filter(
  ({ text }) => !isFile(text) && !/"gpu\.js"|\.wasm\.js"/.test(text) && !/\btune\b/.test(text),
);

/** Opens a device and gives the example what it takes as given; buffers are larger than any tensor in it. */
const runner = (file: string): string => `
  const { openDevice } = await import(${JSON.stringify(pathToFileURL(join(root, "src/tools/device/index.ts")).href)});
  const { example } = await import(${JSON.stringify(pathToFileURL(join(folder.path, file)).href)});
  const { device, close } = await openDevice();
  const errors = [];
  device.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
  const size = 2 * 320 * 64 * 64;
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  const buffer = () => device.createBuffer({ size: 4 * size, usage: 0x80 | 0x4 | 0x8 });
  const tensors = ["x", "gamma", "beta", "y", "d_x", "d_y", "d_gamma", "d_beta", "saved"];
  const buffers = Object.fromEntries(tensors.map((name) => [name, buffer()]));
  const text = "norm Centered { axes N input x[N] y = x - mean(x over N) output y }";
  const given = { device, pass, buffers, ...buffers, float32Array: new Float32Array(size) };
  await example({ ...given, text, base: "file:///specs/" });
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  await close();
  if (errors.length > 0) throw new Error(errors.join("\\n"));`;

describe.skipIf(!(await hasDevice()))("on a device", () => {
  test("some examples run", () => expect(runnable.length).toBeGreaterThan(1));

  test.each(runnable)(
    "$at",
    async ({ file }) => {
      writeFileSync(join(folder.path, `run-${file.replace(".ts", ".mjs")}`), runner(file));
      const hooks = pathToFileURL(join(root, "examples/typescript.mjs")).href;
      const words = ["--conditions=source", "--disable-warning=ExperimentalWarning", "--import", hooks];
      const { code, err } = await ended(
        process.execPath,
        [...words, `run-${file.replace(".ts", ".mjs")}`],
        folder.path,
      );
      expect(err.replaceAll(/^Warning: .*\n?/gm, "")).toBe("");
      expect(code).toBe(0);
    },
    120_000,
  );
});
