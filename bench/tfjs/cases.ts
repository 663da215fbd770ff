/** Layers of usual models, each beside what TensorFlow.js has for it. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import type * as Fused from "../../src/adapters/tfjs/layers/index.ts";
import { axesOf, withAxesLast } from "../../src/adapters/tfjs/layers/last-axes.ts";
import { scaled, standardized } from "../../src/adapters/tfjs/layers/plain-ops.ts";

type Tf = typeof import("@tensorflow/tfjs-core");
type Tfl = typeof import("@tensorflow/tfjs-layers");

export interface LayerCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly training: boolean;
  readonly ours: layers.Layer;
  /** The layer of TensorFlow.js, or where it has none the same in its ops, on the weights of ours. */
  readonly theirs: layers.Layer | ((x: Tensor) => Tensor);
}

export function layerCases(tf: Tf, tfl: Tfl, fused: typeof Fused): readonly LayerCase[] {
  const weight = (layer: layers.Layer, i: number): Tensor => layer.weights[i]!.read();
  const images = [16, 28, 28, 64];
  const rows = [512, 768];
  const group = new fused.GroupNormalization({ groups: 32 });
  const rms = new fused.RMSNormalization();
  return [
    {
      name: "BatchNormalization, training",
      shape: images,
      training: true,
      ours: new fused.BatchNormalization(),
      theirs: tfl.layers.batchNormalization(),
    },
    {
      name: "BatchNormalization, inference",
      shape: images,
      training: false,
      ours: new fused.BatchNormalization(),
      theirs: tfl.layers.batchNormalization(),
    },
    {
      name: "LayerNormalization",
      shape: rows,
      training: false,
      ours: new fused.LayerNormalization(),
      theirs: tfl.layers.layerNormalization(),
    },
    {
      name: "GroupNormalization, 32 groups",
      shape: images,
      training: false,
      ours: group,
      theirs: (x) =>
        withAxesLast(x, axesOf(-1, x.rank), 2, (places) => {
          const [samples, count, channels] = places.shape as [number, number, number];
          const groups = tf.reshape(places, [samples, count, 32, channels / 32]);
          const y = tf.reshape(standardized(groups, [1, 3], 1e-3), places.shape);
          return scaled(y, weight(group, 0), weight(group, 1));
        }),
    },
    {
      name: "RMSNormalization",
      shape: rows,
      training: false,
      ours: rms,
      theirs: (x) =>
        scaled(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 1e-6))), weight(rms, 0), undefined),
    },
    {
      name: "UnitNormalization",
      shape: rows,
      training: false,
      ours: new fused.UnitNormalization(),
      theirs: (x) => tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12))),
    },
  ];
}
