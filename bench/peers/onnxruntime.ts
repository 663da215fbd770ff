/** ONNX Runtime in Node. The first argument is the execution provider. */
import { createRequire } from "node:module";
import { toHalf } from "../../src/runtime/shapes/float16.ts";
import { fromHalf } from "../../src/runtime/shapes/from-half.ts";
import { serve, timedRun } from "../contestant.ts";
import { chainModel } from "./onnx-model.ts";
import { recipe } from "./onnx-recipes.ts";

const provider = process.argv[2] === "webgpu" ? "webgpu" : "cpu";

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
      const sessions = new Map<number, Session>();
      const sessionOf = async (length: number): Promise<Session> => {
        const known = sessions.get(length);
        if (known !== undefined) return known;
        const model = chainModel(one, data, dtype, length, provider);
        const session = await ort.InferenceSession.create(model, {
          executionProviders: [provider],
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
        });
        // The first run compiles shaders and allocates memory.
        await session.run({ x });
        sessions.set(length, session);
        return session;
      };
      return {
        entries: [
          {
            name: `ORT ${provider}`,
            note: recipe(one, data, provider).note,
            timed: {
              most: longest(data.x.length),
              async time(count) {
                const session = await sessionOf(count);
                return timedRun(() => session.run({ x })).time(count);
              },
            },
            async result() {
              const { y } = await (await sessionOf(1)).run({ x });
              const values = (await y!.getData()) as Float32Array | Uint16Array;
              return dtype === "f16" ? Float32Array.from(asBits(values), fromHalf) : (values as Float32Array);
            },
          },
        ],
        async release() {
          for (const session of sessions.values()) await session.release();
        },
      };
    },
  };
});

/** The bits of f16 elements. Newer versions of Node give them as a Float16Array. */
function asBits(values: ArrayBufferView): Uint16Array {
  return new Uint16Array(values.buffer, values.byteOffset, values.byteLength / 2);
}
