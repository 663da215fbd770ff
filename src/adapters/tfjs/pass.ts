/** One pass of a norm on tensors of a backend, whatever the backend runs on. */
import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";
import type { Pass } from "./binding.ts";
import type { CallShape } from "./call-shape.ts";

export interface PassCall {
  readonly pass: Pass;
  /** Of the forward program. */
  readonly shape: CallShape;
  /** Params, the mode, and which gradients. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What the pass may read, by name. It takes of them what its program has. */
  readonly given: ReadonlyMap<string, TensorInfo>;
}

/** What the pass wrote: outputs, saved values and the new values of states, by name. */
export type PassResults = ReadonlyMap<string, TensorInfo>;

/** Runs passes of one norm on a backend. */
export type RunPass = (backend: KernelBackend, call: PassCall) => PassResults;

export function isResult({ role, updated }: ProgramTensor): boolean {
  return role === "output" || ((role === "state" || role === "saved") && updated === true);
}

/** The tensors that a caller gives or gets. */
export function knownTensors({ tensors }: ProgramInterface): readonly ProgramTensor[] {
  return tensors.filter(({ role }) => role !== "scratch");
}

/** The type of TensorFlow.js for a tensor. Undefined where it has none. */
export function tfDtype({ dtype }: ProgramTensor): "float32" | "int32" | undefined {
  if (dtype === undefined) return "float32";
  return dtype === "i32" || dtype === "u32" ? "int32" : undefined;
}
