import { test } from "vitest";
import { type OpenedDevice, openDevice } from "../../src/tools/device/index.ts";
import { missing, required } from "./requirements.ts";

/** A device for tests, under a short name of its adapter. */
export interface TestDevice extends OpenedDevice {
  readonly name: "gpu" | "lavapipe" | "swiftshader" | "system";
}

/**
 * Opens every adapter of the machine: the system's (a GPU or lavapipe) and SwiftShader. Prints which one is missing and
 * why. Call it once at the top of a test file, and `closeTestDevices` in its `afterAll`.
 * @throws Error if an adapter is missing that `NORMC_REQUIRE` lists.
 */
export async function openTestDevices(features?: readonly GPUFeatureName[]): Promise<readonly TestDevice[]> {
  napBetweenTurns();
  const found: TestDevice[] = [];
  const reasons: string[] = [];
  for (const adapter of ["auto", "swiftshader"]) {
    const opened = await openDevice({
      adapter,
      ...(features === undefined ? {} : { features }),
      onMiss: (reason) => reasons.push(reason),
    });
    if (opened === undefined) continue;
    const name = shortName(opened);
    if (found.some((device) => device.name === name)) await opened.close();
    else found.push({ ...opened, name });
  }
  const names = new Set<string>(found.map((one) => one.name));
  const because = reasons.join("; ") || `the machine has ${[...names].join(", ")}`;
  if (!names.has("swiftshader")) missing("swiftshader", because);
  // If there is a GPU, it is opened in place of lavapipe.
  if (!names.has("lavapipe") && !names.has("gpu") && required().has("lavapipe")) missing("lavapipe", because);
  // The test runner reports a file without tests as an error.
  if (found.length === 0) test.skip(`there is no device: ${because}`);
  return found;
}

const never = new Int32Array(new SharedArrayBuffer(4));
let naps = false;

/**
 * Dawn's binding polls in every turn of the event loop, without a pause, on a core that a software adapter could use,
 * and two test files do so at a time. A nap of 0.05 ms in each turn leaves it the core.
 */
function napBetweenTurns(): void {
  if (naps) return;
  naps = true;
  const nap = (): void => {
    Atomics.wait(never, 0, 0, 0.05);
    setImmediate(nap).unref();
  };
  nap();
}

/** Whether the machine has a device for a command that runs in its own process. */
export async function hasDevice(): Promise<boolean> {
  const opened = await openAnyDevice();
  await opened?.close();
  return opened !== undefined;
}

/** The best device of the machine. @throws Error if there is none and one is required. */
export async function openAnyDevice(): Promise<OpenedDevice | undefined> {
  const reasons: string[] = [];
  const opened = await openDevice({ onMiss: (reason) => reasons.push(reason) });
  if (opened === undefined) missing("swiftshader", reasons.join("; "));
  return opened;
}

export async function closeTestDevices(devices: readonly TestDevice[]): Promise<void> {
  for (const device of devices) await device.close();
}

/** The device with other limits. Real devices cannot be made with less than the default limits. */
export function withLimits(device: GPUDevice, changes: Partial<Record<keyof GPUSupportedLimits, number>>) {
  return overridden(device, { limits: overridden(device.limits, changes) });
}

/** The same object with some properties replaced. Native methods are called on the original object. */
export function overridden<T extends object>(target: T, changes: object): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Object.hasOwn(changes, name)
        ? Reflect.get(changes, name)
        : Reflect.get(object, name, object);
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
}

function shortName({ adapter, kind }: OpenedDevice): TestDevice["name"] {
  if (kind === "gpu") return "gpu";
  if (/llvmpipe/i.test(adapter)) return "lavapipe";
  return /swiftshader/i.test(adapter) ? "swiftshader" : "system";
}
