import { add, mean, mul, reshape, rsqrt, square, type Tensor } from "@tensorflow/tfjs-core";
import { type LayerVariable, layers, type Shape } from "@tensorflow/tfjs-layers";
import { axesOf, withAxesLast } from "./last-axes.ts";
import { hasKernels, ops } from "./ops.ts";
import { type Config, type Inputs, OwnLayerNormalization, single, variableOf } from "./own-layers.ts";
import { scaled } from "./plain-ops.ts";

/** RMSNormalization (Zhang & Sennrich, 2019) as Keras 3 has it, with a weight `scale`. */
export class RMSNormalization extends OwnLayerNormalization {
  static readonly className = "RMSNormalization";

  private weight: LayerVariable | undefined;

  constructor(config: Config = {}) {
    super({ epsilon: 1e-6, ...config, scale: false, center: false });
  }

  override build(inputShape: Shape | Shape[]): void {
    super.build(inputShape);
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
    const own = axesOf(this.axis, shape.length).map((axis) => shape[axis]!);
    this.weight = this.addWeight("scale", own, "float32", this.gammaInitializer, undefined, true);
  }

  override call(inputs: Inputs): Tensor | Tensor[] {
    const x = single(inputs);
    const scale = variableOf(this.weight);
    return withAxesLast(x, axesOf(this.axis, x.rank), 1, (rows) => {
      const flat = scale && reshape(scale, [-1]);
      if (hasKernels()) return ops.rms(rows, flat, { eps: this.epsilon });
      return scaled(mul(rows, rsqrt(add(mean(square(rows), -1, true), this.epsilon))), flat, undefined);
    });
  }

  override getConfig() {
    const config = layers.Layer.prototype.getConfig.call(this);
    return { ...config, axis: this.axis as number | number[], epsilon: this.epsilon };
  }
}
