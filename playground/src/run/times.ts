/** How long a norm takes on each backend, beside a copy of the same bytes by the same road. */
import { passGraph } from "../../../src/compile/passes.ts";
import { elementBytes, resolveDtypes } from "../../../src/runtime/shapes/element-types.ts";
import { measureWasm } from "../../../src/tools/cli/commands/bench-wasm.ts";
import { measure } from "../../../src/tuning/measure/measure.ts";
import { spreadOf } from "../../../src/tuning/measure/spread.ts";
import { specReader } from "../compiler/spec.ts";
import { type Backend, openGpu, webgpuProgram } from "./backends.ts";
import type { RunEvent } from "./protocol.ts";
import { feedsOf, type Sized, sizedGraph } from "./sized.ts";

export type Time = Omit<Extract<RunEvent, { readonly kind: "time" }>, "kind" | "backend">;

/** Enough for a median that a hiccup does not move, and few enough that nobody waits. */
const rounds = 5;

export async function timeOn({ name, create }: Backend, sized: Sized): Promise<Time> {
  const { graph, dims, params, shapes } = sized;
  switch (name) {
    case "webgpu": {
      const found = await openGpu();
      if ("missing" in found) throw new Error(found.missing);
      const { device, software } = found;
      const options = { dims, params, dtype: "f32", rounds, software } as const;
      const { ms, copyMs, bytes, clock } = await measure(device, webgpuProgram(graph), options);
      return { ms: ms.median, copyMs: copyMs.median, bytes, how: `kernels alone, by ${clock}` };
    }
    case "wasm": {
      const options = { dims, params, dtype: "f32" } as const;
      const { ms, copyMs, bytes } = await measureWasm(
        passGraph(graph),
        shapes,
        options,
        rounds,
        () => undefined,
      );
      return { ms: ms.median, copyMs: copyMs.median, bytes, how: "a run in its memory" };
    }
    case "webgl2":
      return timeTransfers(create, sized);
  }
}

const copySpec = "norm Copy { axes D\n input x[D]\n y = x\n output y }";

/** gpu.js gives no access to the time of a draw, so both are timed with the way of their data there and back. */
async function timeTransfers(create: Backend["create"], sized: Sized): Promise<Time> {
  const bytes = trafficOf(sized);
  const graph = specReader(new Map()).read(copySpec).checked.norms[0]?.graphs[0];
  if (graph === undefined) throw new Error("the copy is no norm");
  const elements = Math.max(1, Math.floor(bytes / 8));
  const copied = sizedGraph(graph, { extents: new Map([["D", [elements]]]), params: {} });
  const contestants = [sized, copied].map(async (one) => {
    const running = await create(one);
    return { running, feeds: feedsOf(one), times: [] as number[] };
  });
  const both = await Promise.all(contestants);
  try {
    for (const { running, feeds } of both) await running.run(feeds);
    for (let round = 0; round < rounds; round++) {
      for (const { running, feeds, times } of both) {
        const start = performance.now();
        await running.run(feeds);
        times.push(performance.now() - start);
      }
    }
    const [ms, copyMs] = both.map((one) => spreadOf(one.times).median);
    return { ms: ms ?? 0, copyMs: copyMs ?? 0, bytes, how: "with transfers both ways" };
  } finally {
    for (const { running } of both) await running.destroy();
  }
}

/** Each input read once, each output written once, an updated state both. */
function trafficOf({ program, shapes }: Sized): number {
  const dtypes = resolveDtypes(program, "f32");
  return program.tensors.reduce((bytes, { name, role, updated }) => {
    const size = (shapes.elements.get(name) ?? 0) * elementBytes[dtypes.get(name) ?? "f32"];
    return bytes + size * (role === "state" && updated ? 2 : 1);
  }, 0);
}
