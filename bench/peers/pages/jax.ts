/**
 * jax-js: composed as its users write it, traced and compiled by `jit`. The gradients are a `vjp` whose y nobody takes, so
 * that of the forward pass only what they need is computed.
 */
import { defaultDevice, init, jit, numpy as np, vjp } from "@jax-js/jax";
import type { BenchCase } from "../../cases.ts";
import { type Entry, type Opened, timedRun } from "../../contestant.ts";
import { cotangentOf } from "../../data.ts";
import { isGradientOp } from "../../gradient-reference.ts";
import { product, viewOf } from "../../view.ts";
import jax from "../node_modules/@jax-js/jax/package.json" with { type: "json" };

export interface JaxOptions {
  readonly device: "wasm" | "webgpu";
  /** The name of the entry of the forward pass, and of that of the gradients. Without one there is no entry. */
  readonly forward?: string;
  readonly gradient?: string;
}

export async function openJax({ device, ...names }: JaxOptions): Promise<Opened> {
  if (!(await init(device)).includes(device)) throw new Error(`no device ${device}`);
  defaultDevice(device);
  // A wait costs a GPU its queue. What waits to be run keeps its memory, so chains have waits.
  const atOnce = device === "webgpu" ? 8 : 1;
  return {
    versions: { "jax-js": jax.version },
    async prepare(one, data, dtype) {
      if (dtype === "f16") throw new Error("only f32 is compared");
      const { centred, affine } = viewOf(one);
      const scaled = affine === "channel";
      const made = (values: Float32Array, shape: readonly number[]): np.Array =>
        np.array(Float32Array.from(values)).reshape([...shape]);
      const channels = [data.gamma.length];
      const x = made(data.x, one.shape);
      const others = [
        ...(scaled ? [made(data.gamma, channels)] : []),
        ...(scaled && centred ? [made(data.beta, channels)] : []),
        ...(one.op === "batch-infer" ? [made(data.mean, channels), made(data.variance, channels)] : []),
      ];
      const owned = [x, ...others];
      const borrowed = (each: np.Array): np.Array => each.ref;
      const layer = layerOf(one);
      const entries: Entry[] = [];
      if (names.forward !== undefined) {
        const forward = jit((...given: np.Array[]) => layer(...given));
        const step = (from: np.Array): np.Array => forward(from, ...others.map(borrowed));
        entries.push({
          name: names.forward,
          timed: timedRun(chainOf(x, step, atOnce), 400),
          result: async () => (await step(x.ref).data()) as Float32Array,
        });
      }
      if (names.gradient !== undefined && isGradientOp(one.op)) {
        const dy = made(cotangentOf(one), one.shape);
        owned.push(dy);
        const backward = jit((cotangent: np.Array, ...given: np.Array[]) => {
          const [y, pull] = vjp((...primals: np.Array[]) => layer(...primals), given);
          y.dispose();
          const found = pull(cotangent) as np.Array[];
          pull.dispose();
          return found;
        });
        const all = (from: np.Array): np.Array[] =>
          backward(from, x.ref, ...others.map(borrowed)) as np.Array[];
        const step = (from: np.Array): np.Array => {
          const [d_x, ...rest] = all(from);
          // They are computed with d_x, whether anybody has them or not.
          for (const each of rest) each.dispose();
          return d_x!;
        };
        entries.push({
          name: names.gradient,
          timed: timedRun(chainOf(dy, step, atOnce), 400),
          async gradients() {
            const [d_x, d_gamma, d_beta] = await Promise.all(all(dy.ref).map((each) => each.data()));
            return { d_x: d_x!, ...(d_gamma && { d_gamma }), ...(d_beta && { d_beta }) };
          },
        });
      }
      return {
        entries,
        release() {
          for (const each of owned) each.dispose();
        },
      };
    },
  };
}

/** Each step takes the result of the one before. */
const chainOf =
  (first: np.Array, step: (from: np.Array) => np.Array, atOnce: number) =>
  async (count: number): Promise<void> => {
    let last = first.ref;
    for (let i = 1; i <= count; i++) {
      last = step(last);
      if (i % atOnce === 0) await last.blockUntilReady();
    }
    await last.blockUntilReady();
    last.dispose();
  };

/** A call consumes what it is given, except a `ref`. */
function layerOf(one: BenchCase): (...given: np.Array[]) => np.Array {
  const { shape, eps } = one;
  const { n, g, k, s, over, affine, centred, given } = viewOf(one);
  // The cases have their rows in one of these forms: the statistics over some axes, gamma along others.
  const dims = [n, g, k, s];
  const axes = over.map((axis) => "ngks".indexOf(axis));
  const channels = [1, g, k, 1];
  const rows = product(dims) / product(axes.map((axis) => dims[axis]!));
  if (rows < 1 || affine === "outer") throw new Error(`not composed: ${one.op}`);
  return (x, ...rest) => {
    const viewed = x.reshape(dims);
    const along = (each: np.Array): np.Array => each.reshape(channels);
    if (given) {
      const [gamma, beta, mean, variance] = rest.map(along);
      const scale = gamma!.div(np.sqrt(variance!.add(eps)));
      return viewed
        .sub(mean!)
        .mul(scale)
        .add(beta!)
        .reshape([...shape]);
    }
    const [gamma, beta] = rest.map(along);
    const keepdims = true;
    const d = centred ? viewed.ref.sub(np.mean(viewed, axes, { keepdims })) : viewed;
    const variance = np.mean(np.square(d.ref), axes, { keepdims });
    let y = d.div(np.sqrt(variance.add(eps)));
    if (gamma !== undefined) y = y.mul(gamma);
    if (beta !== undefined) y = y.add(beta);
    return y.reshape([...shape]);
  };
}
