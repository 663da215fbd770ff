/** TensorFlow.js's wasm backend: forward, and the gradients of `tensorflow-gradients.ts`. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import { getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { BenchCase } from "../../cases.ts";
import { type Entry, type Opened, timedRun } from "../../contestant.ts";
import { type CaseData, cotangentOf } from "../../data.ts";
import { isGradientOp } from "../../gradient-reference.ts";
import { viewOf } from "../../view.ts";
import { type Composed, composedLayer } from "../tensorflow-layers.ts";

type Tensors = readonly tf.Tensor[];

export async function open(threads: number): Promise<Opened> {
  setWasmPaths("/packages/@tensorflow/tfjs-backend-wasm/dist/");
  setThreadsCount(threads);
  if (!(await tf.setBackend("wasm"))) throw new Error("the backend wasm cannot be set");
  await tf.ready();
  // Without shared memory it runs in one thread, and says so nowhere else.
  if (threads > 1 && getThreadsCount() !== threads)
    throw new Error(`it runs in ${getThreadsCount()} threads`);
  return {
    versions: { "TensorFlow.js": tf.version_core },
    async prepare(one, data) {
      const { affine, centred } = viewOf(one);
      const scaled = affine === "channel";
      const made = (values: Float32Array, shape: readonly number[]): tf.Tensor =>
        tf.tensor(Float32Array.from(values), [...shape]);
      const inputs = [
        made(data.x, one.shape),
        ...(scaled ? [made(data.gamma, [data.gamma.length])] : []),
        ...(scaled && centred ? [made(data.beta, [data.beta.length])] : []),
      ];
      const { layer, note } = isGradientOp(one.op) ? composedLayer(tf, one) : inference(one, data);
      const forward = (): Tensors => [tf.tidy(() => layer(...inputs))];
      const entries: Entry[] = [
        {
          name: `TF.js ×${threads}`,
          note,
          timed: timedRun(chainOf(forward), 100),
          async result() {
            const [y] = forward();
            const values = await y!.data<"float32">();
            tf.dispose(y!);
            return values;
          },
        },
      ];
      if (!isGradientOp(one.op)) return { entries, release: () => tf.dispose(inputs) };

      const dy = made(cotangentOf(one), one.shape);
      const gradient = tf.grads(layer);
      const backward = (): Tensors => tf.tidy(() => gradient(inputs, dy));
      entries.push({
        name: `TF.js forward + backward ×${threads}`,
        note,
        timed: timedRun(chainOf(backward), 100),
        async gradients() {
          const found = backward();
          const [d_x, d_gamma, d_beta] = await Promise.all(found.map((each) => each.data<"float32">()));
          tf.dispose([...found]);
          return { d_x: d_x!, ...(d_gamma && { d_gamma }), ...(d_beta && { d_beta }) };
        },
      });
      return { entries, release: () => tf.dispose([...inputs, dy]) };
    },
  };
}

/** Its operators run when they are called, so nothing remains to be waited for. */
const chainOf =
  (step: () => Tensors) =>
  async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) tf.dispose([...step()]);
  };

/** The backend's `batchNorm` takes statistics along the last axis only. */
function inference({ op, eps }: BenchCase, { mean, variance }: CaseData): Composed {
  if (op !== "batch-infer") throw new Error(`not composed: ${op}`);
  return {
    note: "mul, add",
    layer(x, gamma, beta) {
      const scale = tf.mul(tf.rsqrt(tf.add(tf.tensor1d(variance), eps)), gamma!);
      const shift = tf.sub(beta!, tf.mul(tf.tensor1d(mean), scale));
      const viewed = [-1, ...x!.shape.slice(2).map(() => 1)];
      return tf.add(tf.mul(x!, tf.reshape(scale, viewed)), tf.reshape(shift, viewed));
    },
  };
}
