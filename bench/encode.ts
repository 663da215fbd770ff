/** `npm run bench:encode`: the processor time of one dispatch in `encode`, with buffers that it has seen before. */
import { readFileSync } from "node:fs";
import { compileGraph } from "../src/compile/passes.ts";
import { checkFile } from "../src/language/check/check.ts";
import { createNorm } from "../src/runtime/webgpu/index.ts";
import { openDevice } from "../src/tools/device/index.ts";
import { median } from "../src/tuning/measure/spread.ts";

const rounds = 101;
const calls = 200;

const path = new URL("../library/layer_norm.norm", import.meta.url);
const { norms } = checkFile(
  { path: "layer_norm.norm", text: readFileSync(path, "utf8") },
  () => undefined,
  () => {},
);
const graph = norms.find((one) => one.name === "LayerNorm")!.graphs[0]!;
const { program } = compileGraph(graph);

for (const adapter of ["auto", "swiftshader"]) {
  const opened = await openDevice({ adapter });
  if (opened === undefined) {
    process.stderr.write(`no ${adapter} device\n`);
    continue;
  }
  const { device } = opened;
  const norm = await createNorm(device, program, { dims: { x: [2, 16] } });
  const make = (size: number): GPUBuffer => device.createBuffer({ size, usage: 0x80 });
  // As in a model, layers alternate, each with its own buffers.
  const layers = Array.from({ length: 48 }, () => ({
    x: make(128),
    gamma: make(64),
    beta: make(64),
    y: make(128),
  }));
  const encodes: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const layer of layers) norm.encode(pass, layer);
    const start = performance.now();
    for (let i = 0; i < calls; i++) norm.encode(pass, layers[i % layers.length]!);
    const middle = performance.now();
    // For comparison: one of the three calls into the device that each dispatch makes. That time is not ours.
    for (let i = 0; i < calls; i++) pass.dispatchWorkgroups(1, 1);
    const end = performance.now();
    pass.end();
    encoder.finish();
    encodes.push(((middle - start) * 1000) / calls / norm.dispatches.length);
    bare.push(((end - middle) * 1000) / calls);
  }
  process.stdout.write(
    `${opened.adapter}: encode ${median(encodes).toFixed(2)} µs a dispatch; a bare dispatchWorkgroups ${median(bare).toFixed(2)} µs (medians of ${rounds} rounds of ${calls})\n`,
  );
  norm.destroy();
  await opened.close();
}
