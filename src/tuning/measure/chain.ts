import type { Clock } from "./clock.ts";
import type { Timed } from "./slope.ts";

/** A chain of equal dispatches in one pass. `record` records one link. */
export function chainOf(clock: Clock, record: (pass: GPUComputePassEncoder) => void): Timed {
  return {
    time: (count) =>
      clock.time((pass) => {
        for (let i = 0; i < count; i++) record(pass);
      }),
  };
}
