/** What a tuner tells time by: tests bring one of their own, and so depend on no machine. */
import { type Stopwatch, startStopwatch } from "./stopwatch.ts";

export interface TimeSource {
  /** Milliseconds, of which the budget is counted. */
  now(): number;
  /** @param record what chains are made as long as needed for: the default. */
  startStopwatch(device: GPUDevice, record: (pass: GPUComputePassEncoder) => void): Promise<Stopwatch>;
}

export const realTimeSource: TimeSource = { now: () => performance.now(), startStopwatch };
