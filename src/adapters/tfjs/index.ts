/**
 * `normc/tfjs`: norms as operations of TensorFlow.js, with their gradients.
 *
 *     const groupNorm = tfOp(GroupNorm);
 *     await groupNorm.load();
 *     const y = groupNorm(x, gamma, beta, { G: 32 });
 */
export { NormError, type NormErrorCode } from "../../runtime/shapes/errors.ts";
export type { Binding, WasmBinding, WebgpuBinding } from "./binding.ts";
export { type NormOp, type OpTensor, tfOp } from "./tf-op.ts";
