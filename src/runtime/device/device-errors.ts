import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";

const lost = new WeakMap<GPUDevice, GPUDeviceLostInfo | null>();

/** Throws N530 for anything but a device, such as a promise of one. */
export function refuseNoDevice(device: GPUDevice): void {
  if (!("queue" in Object(device)))
    throw new NormError("N530", `expected a GPUDevice, given ${shownValue(device)}`);
}

/** From now on, remembers whether the device is lost. */
export function watchDevice(device: GPUDevice): void {
  if (lost.has(device)) return;
  lost.set(device, null);
  // A weak reference: the promise must not keep alive a device that its owner has dropped.
  const watched = new WeakRef(device);
  device.lost.then((info) => {
    const target = watched.deref();
    if (target !== undefined) lost.set(target, info);
  });
}

/** Throws N510 if the device is known to be lost. */
export function refuseLost(device: GPUDevice): void {
  const info = lost.get(device);
  if (info) throw lostError(info);
}

/** The error to throw in place of `error`: N510 if the device is lost by now, else `error` itself. */
export async function errorOrLoss(device: GPUDevice, error: unknown): Promise<unknown> {
  if (error instanceof NormError) return error;
  const turn = new Promise<null>((resolve) => setTimeout(() => resolve(null), 0));
  const info = await Promise.race([device.lost, turn]);
  return info === null ? error : lostError(info, error);
}

/**
 * Runs a function that makes GPU resources. The promise is rejected with N510 if the device has no memory for them, and
 * with N513 if the device finds a mistake in the request.
 */
export async function withErrorScopes<T>(device: GPUDevice, doing: string, make: () => T): Promise<T> {
  // The whole device has one stack of scopes, so they are closed before anything is awaited.
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  let made: T;
  let scopes: Promise<(GPUError | null)[]>;
  try {
    made = make();
  } catch (error) {
    // createBuffer throws a RangeError when it cannot get a mapped buffer.
    if (!(error instanceof RangeError)) throw error;
    throw new NormError("N510", `the device has no memory left: ${doing}: ${error.message}`, {
      cause: error,
    });
  } finally {
    scopes = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    // If `make` throws, its own error is the one to report.
    scopes.catch(() => undefined);
  }
  const [memory, validation] = await scopes;
  if (memory) throw new NormError("N510", `the device has no memory left: ${doing}: ${memory.message}`);
  if (validation) throw defect(doing, validation.message);
  return made;
}

/** An error that no user can cause: the program is wrong. */
export function defect(doing: string, message: string, cause?: unknown): NormError {
  return new NormError("N513", `this is a defect of normc: ${doing}: ${message}`, { cause });
}

function lostError(info: GPUDeviceLostInfo, cause?: unknown): NormError {
  return new NormError("N510", `the device is lost (${info.reason ?? "unknown"}): ${info.message}`, {
    cause,
  });
}
