import { maximum, mul, rsqrt, square, sum, type Tensor } from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import { axesOf, withAxesLast } from "./last-axes.ts";
import { hasKernels, ops } from "./ops.ts";
import { type Config, type Inputs, single } from "./own-layers.ts";

/** UnitNormalization as Keras has it: rows of length 1 along one axis or several, the last by default. */
export class UnitNormalization extends layers.Layer {
  static readonly className = "UnitNormalization";

  readonly axis: number | readonly number[];

  constructor(config: Config = {}) {
    super(config);
    this.axis = (config.axis ?? -1) as number | readonly number[];
    this.supportsMasking = true;
  }

  override call(inputs: Inputs): Tensor | Tensor[] {
    const x = single(inputs);
    return withAxesLast(x, axesOf(this.axis, x.rank), 1, (rows) => {
      if (hasKernels()) return ops.unit(rows, { eps: least });
      return mul(rows, rsqrt(maximum(sum(square(rows), -1, true), least)));
    });
  }

  override getConfig() {
    return { ...super.getConfig(), axis: this.axis as number | number[] };
  }
}

/** The least square of a length, as in Keras. */
const least = 1e-12;
