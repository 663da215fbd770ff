import { chainOf } from "./chain.ts";
import { type Clock, timestampClock, wallClock } from "./clock.ts";
import { copyKernel } from "./copy.ts";
import { type Slope, slopes } from "./slope.ts";
import { median } from "./spread.ts";

/** Large enough that on any GPU the processor's work for a dispatch is small in comparison. */
const probeBytes = 64 * 2 ** 20;

/**
 * Timestamps if the device has them and they agree with the wall clock on a chain of large copies, else the wall clock.
 * Some drivers give zeros, or count in another unit than they say. The wall clock may show up to twice the device's own
 * time, because it can include other work, but never less.
 */
export async function chooseClock(device: GPUDevice): Promise<Clock> {
  const wall = wallClock(device);
  const stamps = timestampClock(device);
  if (stamps === undefined) return wall;
  const copy = await copyKernel(device, Math.min(probeBytes, device.limits.maxStorageBufferBindingSize));
  try {
    const byWall = await middleOf(await slopes(chainOf(wall, copy.record)));
    const byStamps = await middleOf(await slopes(chainOf(stamps, copy.record)));
    return byStamps >= 0.5 * byWall && byStamps <= 1.1 * byWall ? stamps : wall;
  } finally {
    copy.destroy();
  }
}

async function middleOf(slope: Slope): Promise<number> {
  return median([await slope(), await slope(), await slope()]);
}
