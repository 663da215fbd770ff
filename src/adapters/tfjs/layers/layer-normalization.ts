import { reshape, type Tensor } from "@tensorflow/tfjs-core";
import { NormError } from "../../../runtime/shapes/errors.ts";
import { axesOf, withAxesLast } from "./last-axes.ts";
import { hasKernels, ops } from "./ops.ts";
import {
  type Config,
  type Inputs,
  type Kwargs,
  OwnLayerNormalization,
  single,
  variableOf,
} from "./own-layers.ts";

/** LayerNormalization (Ba, Kiros & Hinton, 2016) over one axis or several, the last by default. */
export class LayerNormalization extends OwnLayerNormalization {
  static readonly className = "LayerNormalization";

  /** @throws NormError N563 for `rmsScaling`, which TensorFlow.js takes without a word and does not do. */
  constructor(config: Config = {}) {
    super(config);
    if (config.rmsScaling === true) {
      throw new NormError("N563", `${this.name}: LayerNormalization with rms_scaling: use RMSNormalization`);
    }
  }

  override call(inputs: Inputs, kwargs: Kwargs): Tensor | Tensor[] {
    if (!hasKernels()) return super.call(inputs, kwargs);
    const x = single(inputs);
    const [gamma, beta] = [variableOf(this.gamma), variableOf(this.beta)];
    const flat = (weight: Tensor | undefined): Tensor | undefined => weight && reshape(weight, [-1]);
    return withAxesLast(x, axesOf(this.axis, x.rank), 1, (rows) =>
      ops.layer(rows, flat(gamma), flat(beta), { eps: this.epsilon }),
    );
  }
}
