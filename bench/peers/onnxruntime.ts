/** ONNX Runtime in Node. Arguments: the execution provider, and the numbers of threads to compare (its own otherwise). */
import { createRequire } from "node:module";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import { fromHalf } from "../../src/runtime/shapes/from-half.ts";
import { type Entry, serve, timedRun } from "../contestant.ts";
import { chainModel } from "./onnx-model.ts";
import { recipe } from "./onnx-recipes.ts";

const provider = process.argv[2] === "webgpu" ? "webgpu" : "cpu";
const threadCounts = process.argv.slice(3).map(Number);

// The binding of 1.30 sees no elements in a Float16Array, and onnxruntime-common uses one if Node has the class.
// Without the class, f16 elements are given as bits in a Uint16Array.
Reflect.deleteProperty(globalThis, "Float16Array");
const { default: ort } = await import("onnxruntime-node");
type Session = Awaited<ReturnType<typeof ort.InferenceSession.create>>;

/** Each chain length needs its own model. Large tensors need no long chain, and each link may keep an intermediate. */
const longest = (elements: number): number => Math.round(Math.min(400, Math.max(40, 4e7 / elements)));

serve(async () => {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return {
    versions: { "onnxruntime-node": version },
    async prepare(one, data, dtype) {
      const dims = [...one.shape];
      const x =
        dtype === "f16"
          ? new ort.Tensor("float16", Uint16Array.from(data.x, toHalf), dims)
          : new ort.Tensor("float32", Float32Array.from(data.x), dims);
      const opened: Session[] = [];
      const open = async (length: number, firstOnly: boolean, threads?: number): Promise<Session> => {
        const session = await ort.InferenceSession.create(
          chainModel(one, data, dtype, { length, provider, firstOnly }),
          {
            executionProviders: [provider],
            graphOptimizationLevel: "all",
            logSeverityLevel: 3,
            ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
          },
        );
        opened.push(session);
        // The first run compiles shaders and allocates memory.
        await session.run({ x });
        return session;
      };
      const entryOf = (name: string, threads?: number): Entry => {
        const chains = new Map<number, Promise<Session>>();
        return {
          name,
          note: recipe(one, data, provider).note,
          timed: {
            most: longest(data.x.length),
            async time(count) {
              const known = chains.get(count) ?? open(count, true, threads);
              chains.set(count, known);
              const session = await known;
              return timedRun(() => session.run({ x })).time(count);
            },
          },
          async result() {
            const { y } = await (await open(1, false, threads)).run({ x });
            const values = (await y!.getData()) as Float32Array | Uint16Array;
            return dtype === "f16" ? Float32Array.from(asBits(values), fromHalf) : (values as Float32Array);
          },
        };
      };
      return {
        entries:
          threadCounts.length === 0
            ? [entryOf(`ORT ${provider}`)]
            : threadCounts.map((threads) => entryOf(`ORT ${provider} ×${threads}`, threads)),
        async release() {
          for (const session of opened) await session.release();
        },
      };
    },
  };
});

/** The bits of f16 elements. Newer versions of Node give them as a Float16Array. */
function asBits(values: ArrayBufferView): Uint16Array {
  return new Uint16Array(values.buffer, values.byteOffset, values.byteLength / 2);
}
