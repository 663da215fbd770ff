import { createGatherNorm } from "../src/runtime-gpujs/index.ts";
declare const GPU: any;
(globalThis as any).runCase = async (program: any, options: any, feeds: any, backend: string) => {
  const norm = await createGatherNorm({ GPU: GPU.GPU ?? GPU, backend: backend as any }, program, options);
  try {
    const decoded = Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, Float32Array.from(v as number[], (x: any) => Number(x))]));
    const t = performance.now();
    const out = await norm.run(decoded);
    const ms = performance.now() - t;
    return { out: Object.fromEntries(Object.entries(out).map(([k, v]) => [k, Array.from(v, (x) => Number.isFinite(x) ? x : String(x))])), ms, passes: norm.passes };
  } finally { await norm.destroy(); }
};
