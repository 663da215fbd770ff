/**
 * Tensors that share memory: how shaders bind them, and which ranges a call may give for them. Loaded on demand, because
 * most norms have a buffer for each tensor.
 */
import type { Program } from "../../program/program.ts";
import { isWritten, type MayOverlap, overlapping } from "../device/buffers.ts";
import { overlap } from "../device/ranges.ts";
import { aliasing } from "../shader/aliases.ts";
import type { Aliases } from "../shapes/aliases.ts";
import { NormError } from "../shapes/errors.ts";
import { own } from "../shapes/unknown-names.ts";
import type { Rewrite } from "./plan-norm.ts";

export interface SharedMemory {
  readonly rewrite: Rewrite;
  readonly mayOverlap: MayOverlap;
}

/** @throws NormError the errors of `aliasing`. */
export function sharedMemory(program: Program, options: Aliases): SharedMemory {
  return { rewrite: aliasing(program, options), mayOverlap: overlapRule(options) };
}

function overlapRule({ sharedBuffers, inPlace }: Aliases): MayOverlap {
  return (range, tensor, other, its) => {
    if (own(inPlace, tensor.name) === its.name || own(inPlace, its.name) === tensor.name) {
      if (range.buffer === other.buffer && range.offset === other.offset) return true;
      throw new NormError(
        "N522",
        `${tensor.name} and ${its.name} are one in place: expected one range for both`,
      );
    }
    // Those that are only read are bound as writable too.
    if (sharedBuffers && overlap(range, other) && !isWritten(tensor) && !isWritten(its)) {
      throw overlapping(tensor, its, "bound as writable");
    }
    return false;
  };
}
