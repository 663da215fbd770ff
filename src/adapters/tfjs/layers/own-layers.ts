/**
 * The classes of TensorFlow.js's own norms, which it exports no names of. Ours are theirs but for `call`: weights, configs,
 * regularizers and what is saved stay as they are.
 */
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import { type LayerVariable, layers } from "@tensorflow/tfjs-layers";

/** What a layer is called with. */
export type Inputs = Tensor | Tensor[];
export type Kwargs = Readonly<Record<string, unknown>>;
export type Config = Readonly<Record<string, unknown>>;

interface Affine {
  readonly epsilon: number;
  readonly gamma?: LayerVariable | null;
  readonly beta?: LayerVariable | null;
}

type Batch = layers.Layer &
  Affine & {
    readonly axis: number;
    readonly momentum: number;
    readonly movingMean: LayerVariable;
    readonly movingVariance: LayerVariable;
  };

type LayerNorm = layers.Layer &
  Affine & {
    /** A list from `build` on. */
    readonly axis: number | readonly number[];
    readonly gammaInitializer: ReturnType<typeof import("@tensorflow/tfjs-layers").initializers.ones>;
  };

interface LayerClass<Own> {
  new (config?: Config): Own;
  readonly fromConfig: (typeof layers.Layer)["fromConfig"];
}

// With a name: each layer without one moves the number in the names of those after it.
export const OwnBatchNormalization = layers.batchNormalization({ name: "normc" })
  .constructor as LayerClass<Batch>;

export const OwnLayerNormalization = layers.layerNormalization({ name: "normc" })
  .constructor as LayerClass<LayerNorm>;

export function single(inputs: Inputs): Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}

/** The value of a weight: the variable itself, which an op can assign. Undefined for one that the layer has not. */
export function variableOf(weight: LayerVariable | null | undefined): Variable | undefined {
  return weight?.read() as Variable | undefined;
}
