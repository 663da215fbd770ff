/**
 * jax-js's webgpu device. It is made for pages; in Node it finds Dawn where a page has WebGPU, and so runs on the same
 * adapter as the others. The argument says which pass: `forward` or `gradient`.
 */
import { getWebGPUDevice } from "@jax-js/jax";
import { serve } from "../contestant.ts";
import { giveWayOnSoftware, provideNavigatorGpu } from "./navigator-gpu.ts";
import { openJax } from "./pages/jax.ts";

const names = process.argv[2] === "gradient" ? { gradient: "jax-js backward" } : { forward: "jax-js" };

serve(async () => {
  provideNavigatorGpu();
  const opened = await openJax({ device: "webgpu", ...names });
  giveWayOnSoftware(getWebGPUDevice());
  return opened;
});
