import { create, globals } from "webgpu";
import { traitsOf } from "../../src/runtime/variants/traits.ts";
import { giveWay } from "../../src/tools/device/index.ts";

/** Puts Dawn where a browser puts WebGPU, for libraries that look for `navigator.gpu`. */
export function provideNavigatorGpu(): void {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator, "gpu", { value: create([]), configurable: true });
}

/** On a software adapter, makes a peer that waits through Dawn's binding yield the processor, as normc does. */
export function giveWayOnSoftware(device: GPUDevice): void {
  if (traitsOf(device).software) giveWay();
}
