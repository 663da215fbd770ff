/**
 * TensorFlow.js's gradients with its webgpu backend: `grads` of a composed layer, with a cotangent. It records a tape,
 * so its forward pass is always included.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { serve, timedRun } from "../contestant.ts";
import { cotangentOf } from "../data.ts";
import { viewOf } from "../view.ts";
import { openTensorFlow } from "./tensorflow-backend.ts";
import { composedLayer } from "./tensorflow-layers.ts";
import { resolveAsBundlersDo } from "./tensorflow-modules.ts";

serve(async () => {
  resolveAsBundlersDo();
  const { tf, versions, finish } = await openTensorFlow();
  // Imported by a variable name, because the module has no types.
  const registering: string = "@tensorflow/tfjs-core/dist/register_all_gradients.js";
  await import(registering);
  return {
    versions,
    async prepare(one, data) {
      const { layer, note } = composedLayer(tf, one);
      const { affine, centred } = viewOf(one);
      const scaled = affine === "channel";
      const tensor = (values: Float32Array, shape: readonly number[]): Tensor =>
        tf.tensor(Float32Array.from(values), [...shape]);
      const inputs = [
        tensor(data.x, one.shape),
        ...(scaled ? [tensor(data.gamma, [data.gamma.length])] : []),
        ...(scaled && centred ? [tensor(data.beta, [data.beta.length])] : []),
      ];
      const dy = tensor(cotangentOf(one), one.shape);
      const gradient = tf.grads(layer);
      const forward = (): Tensor => tf.tidy(() => layer(...inputs));
      const backward = (): Tensor[] => tf.tidy(() => gradient(inputs, dy));
      const chain =
        (step: () => Tensor[]) =>
        async (count: number): Promise<void> => {
          for (let i = 1; i < count; i++) tf.dispose(step());
          const [last, ...rest] = step();
          tf.dispose(rest);
          await finish(last!);
        };
      return {
        entries: [
          {
            name: "TF.js forward + gradient",
            note,
            timed: timedRun(chain(backward), 400),
            async gradients() {
              const made = backward();
              const [d_x, d_gamma, d_beta] = await Promise.all(made.map((one) => one.data<"float32">()));
              tf.dispose(made);
              return { d_x: d_x!, ...(d_gamma && { d_gamma }), ...(d_beta && { d_beta }) };
            },
          },
          {
            name: "TF.js forward",
            note,
            timed: timedRun(
              chain(() => [forward()]),
              400,
            ),
            async result() {
              const y = forward();
              const values = await y.data<"float32">();
              y.dispose();
              return values;
            },
          },
        ],
        release: () => tf.dispose([...inputs, dy]),
      };
    },
  };
});
