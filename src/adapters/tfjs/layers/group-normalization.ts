import { reshape, type Tensor } from "@tensorflow/tfjs-core";
import { axesOf, withAxesLast } from "./last-axes.ts";
import { hasKernels, ops } from "./ops.ts";
import { type Config, type Inputs, OwnLayerNormalization, single, variableOf } from "./own-layers.ts";
import { scaled, standardized } from "./plain-ops.ts";

/**
 * GroupNormalization (Wu & He, 2018) as Keras has it: `groups` groups of the channels along `axis`, the last by default, each
 * with all places of its sample. `groups: -1` is instance normalization, one group for each channel.
 */
export class GroupNormalization extends OwnLayerNormalization {
  static readonly className = "GroupNormalization";

  readonly groups: number;
  /** As it was given: `axis` becomes a list. */
  readonly channelAxis: number;

  constructor(config: Config = {}) {
    super(config);
    this.groups = Number(config.groups ?? 32);
    this.channelAxis = Number(config.axis ?? -1);
  }

  override call(inputs: Inputs): Tensor | Tensor[] {
    const x = single(inputs);
    const axes = axesOf(this.channelAxis, x.rank);
    const channels = x.shape[axes[0]!]!;
    const G = this.groups === -1 ? channels : this.groups;
    const [gamma, beta] = [variableOf(this.gamma), variableOf(this.beta)];
    return withAxesLast(x, axes, 2, (places) => {
      if (hasKernels()) return ops.group(places, gamma, beta, { G, eps: this.epsilon });
      const [samples, count] = places.shape as [number, number];
      const groups = reshape(places, [samples, count, G, channels / G]);
      return scaled(reshape(standardized(groups, [1, 3], this.epsilon), places.shape), gamma, beta);
    });
  }

  override getConfig() {
    return { ...super.getConfig(), groups: this.groups, axis: this.channelAxis };
  }
}
