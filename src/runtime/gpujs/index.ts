/**
 * The runtime of generated modules for gpu.js. It contains nothing of the compiler; gpu.js itself comes from the user.
 *
 *     import { GPU } from "gpu.js";
 *     const norm = await createGatherNorm({ GPU, backend: "webgl2" }, program, { dims: { x: [4, 768] } });
 *     const { y } = await norm.run({ x });   // norm.backend says what ran; N517 if gpu.js chose another backend
 */
export type { GatherProgram } from "../../program/gather-program.ts";
export type { Dtype, FloatType, Mode } from "../../program/program.ts";
export type { DimsList } from "../options/dims-list.ts";
export type { FloatArray } from "../shapes/array-elements.ts";
export { NormError, type NormErrorCode } from "../shapes/errors.ts";
export { backends, type GpuBackend, type GpuConstructor, type GpuSettings } from "./backend.ts";
export { createGatherBackwardFromOptions, createGatherFromOptions } from "./create-gather.ts";
export { createGatherNorm, type GatherBackward, type GatherNorm, type GatherOptions } from "./gather-norm.ts";
