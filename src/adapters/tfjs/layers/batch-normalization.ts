import type { Tensor } from "@tensorflow/tfjs-core";
import { axesOf, withAxesLast } from "./last-axes.ts";
import { hasKernels, ops } from "./ops.ts";
import { type Inputs, type Kwargs, OwnBatchNormalization, single, variableOf } from "./own-layers.ts";

/**
 * BatchNormalization (Ioffe & Szegedy, 2015) as TensorFlow.js has it: of the input's channels along `axis`, the last by default.
 * Training takes the statistics of the batch, and the moving ones follow them; the moving variance is that of the batch, not
 * corrected for its size.
 */
export class BatchNormalization extends OwnBatchNormalization {
  static readonly className = "BatchNormalization";

  override call(inputs: Inputs, kwargs: Kwargs): Tensor | Tensor[] {
    if (!hasKernels()) return super.call(inputs, kwargs);
    const x = single(inputs);
    const mode = kwargs.training === true ? "train" : "infer";
    return withAxesLast(x, axesOf(this.axis, x.rank), 1, (rows) =>
      ops.batch(
        rows,
        variableOf(this.gamma),
        variableOf(this.beta),
        variableOf(this.movingMean),
        variableOf(this.movingVariance),
        { mode, eps: this.epsilon, momentum: 1 - this.momentum },
      ),
    );
  }
}
