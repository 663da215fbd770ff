/**
 * The runtime of generated modules. It has no dependencies, contains nothing of the compiler, and takes any GPUDevice.
 */

export type { InlineProgram } from "../../program/inline-program.ts";
export type { Dtype, FloatType, LazyShaders, Mode, Program } from "../../program/program.ts";
export type { NormTensor } from "../device/norm-tensors.ts";
export type { TensorBuffer } from "../device/ranges.ts";
export type { DimsList } from "../options/dims-list.ts";
export type {
  Backward,
  BuffersByName,
  FeedsByName,
  Norm,
  NormOptions,
  OpenOptions,
  ResultsByName,
  Saving,
  Tune,
  TuningOutcome,
  TuningStorage,
} from "../options/norm-types.ts";
export type { BackwardKeys, OptionKeys } from "../options/read-options.ts";
export type { FloatArray } from "../shapes/array-elements.ts";
export { type Dynamic, dynamic, type Extent, type ExtentsByName, type ExtentsOf } from "../shapes/dynamic.ts";
export { NormError, type NormErrorCode } from "../shapes/errors.ts";
export { resolveShapes, type Shapes } from "../shapes/shapes.ts";
export { chooseVariant } from "../variants/default-variant.ts";
export type { Dispatch } from "../variants/dispatch.ts";
export type { Traits } from "../variants/traits.ts";
export type { ChooseVariant, Variant, Work, WorkgroupLimits } from "../variants/variant.ts";
export { whyIllegal } from "../variants/variant-rules.ts";
export {
  createBackwardFromOptions,
  createFromOptions,
  createInlineFromOptions,
  createSavingFromOptions,
} from "./create.ts";
export type { Inline, InlineFunctions, InlinePlace } from "./create-inline.ts";
export { createNowFromOptions, loadPrograms } from "./load.ts";
export { createNorm } from "./norm.ts";
export type { Creator, PassName, PlannedNorm, PlannedNorms } from "./planned-norms.ts";
export { type PrepareOptions, prepare } from "./prepare.ts";
export { type AdapterFacts, type Requirements, requirements } from "./requirements.ts";
