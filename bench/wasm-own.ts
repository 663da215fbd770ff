/**
 * The process that times normc's WebAssembly and `memcpy`, each on one and on two threads, forward and backward. Feeds lie
 * in memory before a run, and results stay there.
 */
import { compileWasm } from "../src/compile/compile-wasm.ts";
import { differentiate } from "../src/graph/autodiff/differentiate.ts";
import type { WasmProgram } from "../src/program/wasm-program.ts";
import { createWasmNorm, type WasmNorm } from "../src/runtime/wasm/index.ts";
import { version } from "../src/version.ts";
import { type BenchCase, library } from "./cases.ts";
import { type Entry, serve, timedRun } from "./contestant.ts";
import { type CaseData, cotangentOf } from "./data.ts";
import { isGradientOp } from "./gradient-reference.ts";
import { type Memcpy, openMemcpy } from "./memcpy.ts";
import { feedsOf, graphOf, paramsOf } from "./own.ts";

const threadCounts = [1, 2];

serve(async () => ({
  versions: { normc: version },
  async prepare(one, data, dtype) {
    if (dtype === "f16") throw new Error("only f32 is compared");
    const graph = graphOf(one);
    const forward = (await compileWasm(graph)).program;
    const backward = isGradientOp(one.op) ? (await compileWasm(differentiate(graph))).program : undefined;
    const norms: WasmNorm[] = [];
    const copies: Memcpy[] = [];
    const entries: Entry[] = [];
    const pass = async (name: string, program: WasmProgram, feeds: Feeds, results: Results) => {
      for (const threads of threadCounts) {
        const norm = await createWasmNorm(program, optionsOf(program, one), { threads });
        norms.push(norm);
        if (norm.threads !== threads) throw new Error(`it runs on ${norm.threads} threads, not ${threads}`);
        // The first run takes the feeds, those that are timed find them in memory.
        norm.run(feeds);
        const bytes = bytesOf(norm);
        const copy = await openMemcpy(bytes, threads);
        copies.push(copy);
        const run = async (count: number): Promise<void> => {
          for (let i = 0; i < count; i++) norm.run();
        };
        entries.push(
          { name: `memcpy${name} ×${threads}`, timed: copy.timed },
          { name: `normc${name} ×${threads}`, timed: timedRun(run), bytes, ...results(norm) },
        );
      }
    };
    const feeds = feedsIn(forward, one, data);
    await pass("", forward, feeds, (norm) => ({ result: async () => viewOf(norm, "y") }));
    if (backward !== undefined) {
      await pass(" backward", backward, feedsIn(backward, one, data), (norm) => ({
        async gradients() {
          const [d_x, d_gamma, d_beta] = [library[one.op].input, "gamma", "beta"]
            .map((tensor) => `d_${tensor}`)
            .map((gradient) => (gradient in norm.tensors ? viewOf(norm, gradient) : undefined));
          return { d_x: d_x!, ...(d_gamma && { d_gamma }), ...(d_beta && { d_beta }) };
        },
      }));
    }
    return {
      entries,
      release() {
        for (const norm of norms) norm.destroy();
        for (const copy of copies) copy.close();
      },
    };
  },
}));

type Feeds = Readonly<Record<string, Float32Array>>;
type Results = (norm: WasmNorm) => Pick<Entry, "result" | "gradients">;

function optionsOf(program: WasmProgram, one: BenchCase) {
  const { input } = library[one.op];
  const named = new Set(program.tensors.map(({ name }) => name));
  return {
    dims: { [input]: one.shape, ...(named.has("d_y") ? { d_y: one.shape } : {}) },
    params: paramsOf(program, one),
  };
}

function feedsIn(program: WasmProgram, one: BenchCase, data: CaseData): Feeds {
  const all = { ...feedsOf(one, data, "f32"), d_y: cotangentOf(one) } as Feeds;
  const taken = program.tensors.filter(({ role }) => role !== "output" && role !== "scratch");
  return Object.fromEntries(taken.flatMap(({ name }) => (name in all ? [[name, all[name]!]] : [])));
}

/** What a pass must move: each input read once, each output written once, an updated state both. */
function bytesOf({ program, tensors }: WasmNorm): number {
  return program.tensors
    .filter(({ role }) => role !== "scratch")
    .map((one) => tensors[one.name]!.view.byteLength * (one.role === "state" && one.updated ? 2 : 1))
    .reduce((a, b) => a + b, 0);
}

/** A copy, since the view changes with the next run. */
function viewOf(norm: WasmNorm, tensor: string): Float32Array {
  return (norm.tensors[tensor]!.view as Float32Array).slice();
}
