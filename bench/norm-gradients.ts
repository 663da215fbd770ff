/** The process that times normc's backward passes, and the limits of the bytes that one must move. */
import { availableParallelism } from "node:os";
import { compileBackward, compileSaving } from "../src/compile/compile-backward.ts";
import { compileGraph } from "../src/compile/passes.ts";
import type { Graph } from "../src/graph/tensor/graph.ts";
import type { Program } from "../src/program/program.ts";
import { chainOf } from "../src/tuning/measure/chain.ts";
import type { Clock } from "../src/tuning/measure/clock.ts";
import { prepareTimedNorm } from "../src/tuning/measure/timed-norm.ts";
import { type BenchCase, library } from "./cases.ts";
import { type Entry, type Prepared, serve } from "./contestant.ts";
import { type CaseData, cotangentOf, type Dtype } from "./data.ts";
import { fastestCopy } from "./fastest-copy.ts";
import type { Gradients } from "./gradient-reference.ts";
import { openMemcpy } from "./memcpy.ts";
import { clockOf, feedsOf, graphOf, openOwn, paramsOf, readBack } from "./own.ts";

/** A pair of a forward and a backward pass. One buffer carries the values that one writes and the other reads. */
interface Way {
  readonly name: string;
  programs(graph: Graph): { readonly forward: Program; readonly backward: Program };
}

const ways: readonly Way[] = [
  {
    name: "normc",
    // The last backward program computes all gradients.
    programs: (graph) => ({
      forward: compileGraph(graph).program,
      backward: compileBackward(graph).at(-1)!.program,
    }),
  },
  {
    name: "normc saving",
    programs: (graph) => {
      const made = compileSaving(graph, "stats");
      if ("reason" in made) throw new Error(made.reason);
      return { forward: (made.saving ?? compileGraph(graph)).program, backward: made.backward.program };
    },
  },
];

serve(async () => {
  const { device, ...about } = await openOwn();
  const clock = await clockOf(device, about.software);
  return {
    ...about,
    async prepare(one, data, dtype) {
      const prepared: Prepared[] = [];
      for (const way of ways) prepared.push(await prepareWay(device, way, { one, data, dtype, clock }));
      // All are compared with the bytes that a backward pass without saved values must move.
      const bytes = prepared[0]!.entries[0]!.bytes!;
      const copy = await fastestCopy(device, clock, bytes);
      const memcpy = about.software ? await openMemcpy(bytes, availableParallelism()) : undefined;
      return {
        entries: [
          { name: "copy", timed: chainOf(clock, copy.record), note: copy.note },
          ...(memcpy === undefined ? [] : [{ name: "memcpy", timed: memcpy.timed }]),
          ...prepared.flatMap(({ entries }) => entries),
        ],
        release() {
          copy.destroy();
          memcpy?.close();
          for (const { release } of prepared) release();
        },
      };
    },
  };
});

interface Layer {
  readonly one: BenchCase;
  readonly data: CaseData;
  readonly dtype: Dtype;
  readonly clock: Clock;
}

/** Two entries: first the backward pass alone, then the forward pass followed by the backward pass. */
async function prepareWay(
  device: GPUDevice,
  way: Way,
  { one, data, dtype, clock }: Layer,
): Promise<Prepared> {
  const { forward, backward } = way.programs(graphOf(one));
  const { input } = library[one.op];
  const options = {
    dims: { [input]: one.shape },
    params: paramsOf(forward, one),
    dtype,
    feeds: { ...feedsOf(one, data, dtype), d_y: cotangentOf(one) as Float32Array<ArrayBuffer> },
  };
  const ahead = await prepareTimedNorm(device, forward, options);
  const back = await prepareTimedNorm(device, backward, {
    ...options,
    dims: { ...options.dims, d_y: one.shape },
  });
  const buffers = Object.fromEntries(
    Object.entries(back.buffers).map(([name, own]) => [name, ahead.buffers[name] ?? own]),
  );
  const encodeBack = (pass: GPUComputePassEncoder): void => back.norm.encode(pass, buffers);
  const encodeBoth = (pass: GPUComputePassEncoder): void => {
    ahead.record(pass);
    encodeBack(pass);
  };
  // Run once, because the backward pass reads the values that the forward pass leaves.
  await clock.time(ahead.record);

  const gradients = (encode: typeof encodeBack) => async (): Promise<Gradients> => {
    await clock.time(encode);
    const read = async (key: string, tensor: string): Promise<Partial<Gradients>> => {
      const buffer = buffers[`d_${tensor}`];
      if (buffer === undefined) return {};
      const count = (back.norm.dims.get(`d_${tensor}`) ?? []).reduce((a, b) => a * b, 1);
      return { [key]: await readBack(device, buffer, count, dtype) };
    };
    return Object.assign(
      { d_x: [] },
      await read("d_x", input),
      await read("d_gamma", "gamma"),
      await read("d_beta", "beta"),
    );
  };
  const entry = (name: string, encode: typeof encodeBack, more: Pick<Entry, "bytes" | "note">): Entry => ({
    name: `${way.name} ${name}`,
    timed: chainOf(clock, encode),
    gradients: gradients(encode),
    ...more,
  });
  const { length } = back.norm.dispatches;
  return {
    entries: [
      entry("backward", encodeBack, {
        bytes: back.bytes,
        note: `${length} dispatch${length === 1 ? "" : "es"}, ${back.variant}`,
      }),
      entry("forward + backward", encodeBoth, { bytes: ahead.bytes + back.bytes, note: ahead.variant }),
    ],
    release() {
      ahead.destroy();
      back.destroy();
    },
  };
}
