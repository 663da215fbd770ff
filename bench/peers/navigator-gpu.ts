import { create, globals } from "webgpu";

/** Puts Dawn where a browser has it, for libraries that look for `navigator.gpu`. */
export function provideNavigatorGpu(): void {
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator, "gpu", { value: create([]), configurable: true });
}
