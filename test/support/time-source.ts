import { wallClock } from "../../src/tuning/measure/clock.ts";
import type { TimeSource } from "../../src/tuning/trial/time-source.ts";
import { uniform } from "./random.ts";

/**
 * Artificial times, so that no test of the tuner depends on how busy the machine is. Every candidate runs, once for
 * each reading. The default takes 1 ms, any other between 0.5 and 1.5 ms, always the same. A reading takes 25 ms off
 * the budget; preparing takes nothing.
 */
export function madeUpTimeSource(): TimeSource {
  const random = uniform(5);
  const times = new Map<unknown, number>();
  let clock = 0;
  return {
    now: () => clock,
    async startStopwatch(device, initial) {
      const wall = wallClock(device);
      times.set(initial, 1);
      return {
        clock: wall,
        async time(record) {
          await wall.time(record);
          clock += 25;
          const ms = times.get(record) ?? 0.5 + random();
          times.set(record, ms);
          return ms;
        },
      };
    },
  };
}
