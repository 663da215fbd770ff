/** The clocks of a tuner. Tests pass their own, so that they depend on no machine. */
import { type Stopwatch, startStopwatch } from "./stopwatch.ts";

export interface TimeSource {
  /** Milliseconds. The budget is counted with it. */
  now(): number;
  /** @param record records the default. Chains are as long as it needs. */
  startStopwatch(device: GPUDevice, record: (pass: GPUComputePassEncoder) => void): Promise<Stopwatch>;
}

export const realTimeSource: TimeSource = { now: () => performance.now(), startStopwatch };
