/**
 * `npm run bench:tfjs`: the layers of `normc/tfjs/layers` beside TensorFlow.js's own, forward and with gradients, in turn in one
 * process: on WebGPU (Dawn, the WebGPU of Chromium, in Node) and on WebAssembly. Writes bench/results/tfjs.md.
 */
import { writeFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-core";
import { openTensorFlow } from "../../test/adapters/tfjs/tensorflow.ts";
import { normals } from "../../test/support/random.ts";
import { thisMachine } from "../machine.ts";
import type { LayerCase } from "./cases.ts";

const machine = thisMachine();
const { tf, backends, adapter, close } = await openTensorFlow();
const tfl = await import("@tensorflow/tfjs-layers");
const fused = await import("../../src/adapters/tfjs/layers/index.ts");
const { layerCases } = await import("./cases.ts");

/** Rounds of each pair, in turn. */
const rounds = 5;
/** A chain of calls takes so long at least, in ms: the one read at its end is then a hundredth. */
const chain = 60;
/** Of TensorFlow.js's time, for each layer. */
const limit = 0.5;

/** Waits for all that was recorded. */
async function finish(last: Tensor): Promise<void> {
  const element = tf.tidy(() => tf.slice(tf.reshape(last, [-1]), 0, 1));
  await element.data();
  element.dispose();
}

/** How long `count` calls take, in ms. */
async function timed(count: number, call: () => Tensor): Promise<number> {
  const start = performance.now();
  let last: Tensor | undefined;
  for (let i = 0; i < count; i++) {
    last?.dispose();
    last = call();
  }
  if (last !== undefined) await finish(last);
  last?.dispose();
  return performance.now() - start;
}

async function countFor(call: () => Tensor): Promise<number> {
  // The first call compiles.
  await timed(1, call);
  for (let count = 1; ; count *= 2) if ((await timed(count, call)) > chain || count >= 256) return count;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** The times of a call of each, in ms. */
async function race(calls: readonly [() => Tensor, () => Tensor]): Promise<readonly [number, number]> {
  const counts = [await countFor(calls[0]), await countFor(calls[1])] as const;
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const i of [0, 1] as const) {
      times[i].push((await timed(counts[i], calls[i])) / counts[i]);
    }
  }
  return [median(times[0]), median(times[1])];
}

function callsOf({ shape, training, ours, theirs }: LayerCase, backward: boolean) {
  const random = (seed: number): Tensor =>
    tf.tensor(
      normals(
        seed,
        shape.reduce((a, b) => a * b, 1),
        0.3,
      ),
      [...shape],
    );
  const [x, dy] = [random(1), random(2)];
  for (const one of [ours, theirs]) {
    if (typeof one !== "function" && !one.built) one.apply(tfl.input({ shape: shape.slice(1) }));
  }
  return ([theirs, ours] as const).map((one) => {
    const forward = (given: Tensor): Tensor =>
      typeof one === "function" ? one(given) : (one.call(given, { training }) as Tensor);
    if (!backward) return () => tf.tidy(() => forward(x));
    const weights = (typeof one === "function" ? ours : one).trainableWeights.map((weight) => weight.read());
    const gradients = tf.grads((...given: Tensor[]) => forward(given[0]!));
    return () => {
      const [first, ...others] = gradients([x, ...weights], dy);
      tf.dispose(others);
      return first!;
    };
  }) as unknown as readonly [() => Tensor, () => Tensor];
}

const lines = [
  "| on | layer | input | pass | TensorFlow.js, ms | normc, ms | ratio |",
  "| --- | --- | --- | --- | ---: | ---: | ---: |",
];
const over: string[] = [];
for (const backend of backends.filter((one) => one !== "cpu")) {
  await tf.setBackend(backend);
  await fused.loadKernels(backend);
  for (const one of layerCases(tf, tfl, fused)) {
    for (const backward of [false, true]) {
      const pass = backward ? "with gradients" : "forward";
      const [theirs, ours] = await race(callsOf(one, backward));
      const ratio = ours / theirs;
      if (!(ratio <= limit)) over.push(`${backend}: ${one.name}, ${pass}: ${ratio.toFixed(2)}`);
      const times = [theirs, ours].map((ms) => ms.toFixed(3)).join(" | ");
      lines.push(
        `| ${backend} | ${one.name} | ${one.shape.join(" × ")} | ${pass} | ${times} | ${ratio.toFixed(2)} |`,
      );
      console.log(lines.at(-1));
    }
  }
}
await close();

const verdict = over.length === 0 ? "Every ratio is at most 0.5." : `Above 0.5: ${over.join("; ")}.`;
const text = `# Layers of TensorFlow.js ${tf.version_core}

Made by \`npm run bench:tfjs\`. ${machine.processor}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; load before: ${machine.load.toFixed(1)}${adapter === undefined ? "" : `; WebGPU: Dawn on ${adapter}`}.

A time is that of one call, the median of ${rounds} chains of calls, the two in turn. The ratio is normc's time over that of
TensorFlow.js's own layer; it has no group, RMS and unit normalization, so those are written in its ops. "With gradients" is the
forward pass and the gradients of the input and the weights. ${verdict}

${lines.join("\n")}
`;
writeFileSync(new URL("../results/tfjs.md", import.meta.url), text);
