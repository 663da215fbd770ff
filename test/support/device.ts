import { test } from "vitest";
import { type OpenedDevice, openDevice } from "../../src/tools/device/index.ts";
import { missing, required } from "./requirements.ts";

/** A device for tests, under a short name of its adapter. */
export interface TestDevice extends OpenedDevice {
  readonly name: "gpu" | "lavapipe" | "swiftshader" | "system";
}

/**
 * Opens every adapter of the machine: the system's (a GPU or lavapipe) and SwiftShader. Says on the console which
 * one is missing and why. Call it once at the top of a test file, and `closeTestDevices` in its `afterAll`.
 * @throws Error where one is missing that `NORMC_REQUIRE` lists.
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
  // A GPU comes before lavapipe and takes its place.
  if (!names.has("lavapipe") && !names.has("gpu") && required().has("lavapipe")) missing("lavapipe", because);
  // A file with no test is an error of the test runner.
  if (found.length === 0) test.skip(`there is no device: ${because}`);
  return found;
}

const never = new Int32Array(new SharedArrayBuffer(4));
let naps = false;

/**
 * Dawn's binding asks in every turn of the event loop whether the work is done, without a pause, on a core of which a
 * software adapter would compute, and two test files do so at a time. A nap of 0.05 ms in each turn leaves it the core.
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

/** Whether the machine has any device for a command that runs in a process of its own. */
export async function hasDevice(): Promise<boolean> {
  const opened = await openAnyDevice();
  await opened?.close();
  return opened !== undefined;
}

/** The best device of the machine. @throws Error where there is none and one is required. */
export async function openAnyDevice(): Promise<OpenedDevice | undefined> {
  const reasons: string[] = [];
  const opened = await openDevice({ onMiss: (reason) => reasons.push(reason) });
  if (opened === undefined) missing("swiftshader", reasons.join("; "));
  return opened;
}

export async function closeTestDevices(devices: readonly TestDevice[]): Promise<void> {
  for (const device of devices) await device.close();
}

/** The device with other limits: real ones refuse to be made with less than the default. */
export function withLimits(device: GPUDevice, changes: Partial<Record<keyof GPUSupportedLimits, number>>) {
  return overridden(device, { limits: overridden(device.limits, changes) });
}

/** The same object with some properties replaced; native methods are called on the object itself. */
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
