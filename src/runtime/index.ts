/** The runtime of generated modules: no dependency, nothing of the compiler, any GPUDevice. */
export type { FurtherForms, Mode, Program, Storage } from "../program/program.ts";
export { chooseVariant } from "./default-variant.ts";
export type { Dispatch } from "./dispatch.ts";
export { NormError, type NormErrorCode } from "./errors.ts";
export type { BackwardKeys, OptionKeys } from "./given.ts";
export { refusal } from "./legal.ts";
export { createNorm } from "./norm.ts";
export { createBackwardFromOptions, createFromOptions, createSavingFromOptions } from "./options.ts";
export { resolveShapes, type Shapes } from "./shapes.ts";
export type { Traits } from "./traits.ts";
export type {
  Backward,
  BuffersByName,
  FeedsByName,
  Norm,
  NormOptions,
  ResultsByName,
  Saving,
  Tune,
  TuningOutcome,
  TuningStorage,
} from "./types.ts";
export type { ChooseVariant, Variant, Work, WorkgroupLimits } from "./variant.ts";
