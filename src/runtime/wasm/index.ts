/**
 * The runtime of generated modules for processors. It contains nothing of the compiler, and takes no device.
 *
 *     const norm = await createWasmNorm(program, { dims: { x: [4096, 768] } }, { threads: 2 });
 *     const { y } = norm.run({ x });   // at once, on norm.threads threads
 */
export type { Dtype, FloatType, Mode } from "../../program/program.ts";
export type { WasmParts, WasmProgram } from "../../program/wasm-program.ts";
export type { DimsList } from "../options/dims-list.ts";
export type { FloatArray } from "../shapes/array-elements.ts";
export { NormError, type NormErrorCode } from "../shapes/errors.ts";
export {
  createWasmBackwardFromOptions,
  createWasmFromOptions,
  createWasmNorm,
  createWasmNowFromOptions,
  createWasmSavingFromOptions,
  loadWasmPrograms,
} from "./create-wasm.ts";
export type {
  WasmArray,
  WasmBackward,
  WasmNorm,
  WasmOptions,
  WasmSettings,
  WasmTensor,
} from "./wasm-types.ts";
