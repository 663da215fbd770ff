/**
 * How to time a compute pass: by the wall clock, from submission to the end of the work, or by the device's own
 * timestamps. Timestamps leave out the processor's work for each dispatch, which on a fast GPU takes longer than a
 * small kernel. But not every device has them, and they are not always right.
 */
export type ClockName = "wall clock" | "timestamp queries";

export interface Clock {
  readonly name: ClockName;
  /** Milliseconds of one pass. */
  time(record: (pass: GPUComputePassEncoder) => void): Promise<number>;
}

/**
 * With `recording`, the time also includes the caller's recording of each dispatch, as for a peer that hides its own.
 */
export function wallClock(device: GPUDevice, { recording = false } = {}): Clock {
  return {
    name: "wall clock",
    async time(record) {
      const before = performance.now();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      record(pass);
      pass.end();
      const commands = encoder.finish();
      const start = recording ? before : performance.now();
      device.queue.submit([commands]);
      await device.queue.onSubmittedWorkDone();
      return performance.now() - start;
    },
  };
}

const queryResolve = 0x200;
const copySource = 0x4;
const copyTarget = 0x8;
const mapRead = 0x1;

/** Undefined if the device has no timestamps. */
export function timestampClock(device: GPUDevice): Clock | undefined {
  if (!device.features.has("timestamp-query")) return undefined;
  return {
    name: "timestamp queries",
    async time(record) {
      const querySet = device.createQuerySet({ type: "timestamp", count: 2 });
      const resolved = device.createBuffer({ size: 16, usage: queryResolve | copySource });
      const read = device.createBuffer({ size: 16, usage: mapRead | copyTarget });
      try {
        const encoder = device.createCommandEncoder();
        const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
        const pass = encoder.beginComputePass({ timestampWrites });
        record(pass);
        pass.end();
        encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, read, 0, 16);
        device.queue.submit([encoder.finish()]);
        await read.mapAsync(mapRead);
        const [begin = 0n, end = 0n] = new BigUint64Array(read.getMappedRange());
        return Number(end - begin) / 1e6;
      } finally {
        querySet.destroy();
        resolved.destroy();
        read.destroy();
      }
    },
  };
}
