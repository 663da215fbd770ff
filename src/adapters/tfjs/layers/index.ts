/**
 * `normc/tfjs/layers`: the norms of Keras in one kernel each. The import puts them under the class names of Keras, and loads
 * the kernels for the backends that are registered:
 *
 *     import "@tensorflow/tfjs-backend-webgpu";
 *     import "normc/tfjs/layers";
 *     const model = await tf.loadLayersModel("model.json");       // runs, and trains, on them
 */
import { serialization } from "@tensorflow/tfjs-core";
import { BatchNormalization } from "./batch-normalization.ts";
import { GroupNormalization } from "./group-normalization.ts";
import { LayerNormalization } from "./layer-normalization.ts";
import { loadForRegistered } from "./ops.ts";
import { RMSNormalization } from "./rms-normalization.ts";
import { UnitNormalization } from "./unit-normalization.ts";

export { type FusedBackend, loadKernels } from "./ops.ts";
export { BatchNormalization, GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization };

// Not `registerClass`, which also gives a class a name of its own.
const { SerializationMap } = serialization;
SerializationMap.register(BatchNormalization);
SerializationMap.register(LayerNormalization);
SerializationMap.register(GroupNormalization);
SerializationMap.register(RMSNormalization);
SerializationMap.register(UnitNormalization);

await loadForRegistered();
