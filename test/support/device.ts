import { type OpenedDevice, openDevice } from "../../src/tools/device/index.ts";

/** A device for tests, under a short name of its adapter. */
export interface TestDevice extends OpenedDevice {
  readonly name: "gpu" | "lavapipe" | "swiftshader" | "system";
}

/**
 * Opens every adapter of the machine: the system's (a GPU or lavapipe) and SwiftShader. Says on the console which
 * one is missing and why. Call it once at the top of a test file, and `closeTestDevices` in its `afterAll`.
 */
export async function openTestDevices(features?: readonly GPUFeatureName[]): Promise<readonly TestDevice[]> {
  const found: TestDevice[] = [];
  for (const adapter of ["auto", "swiftshader"]) {
    const reasons: string[] = [];
    const opened = await openDevice({
      adapter,
      ...(features === undefined ? {} : { features }),
      onMiss: (reason) => reasons.push(reason),
    });
    if (opened === undefined) {
      console.log(`skipped: no ${adapter} device: ${reasons.join("; ")}`);
      continue;
    }
    const name = shortName(opened);
    if (found.some((device) => device.name === name)) await opened.close();
    else found.push({ ...opened, name });
  }
  return found;
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
