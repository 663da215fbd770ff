/** ONNX Runtime Web's wasm provider: the models and the chains of `onnxruntime.ts`. */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { type Opened, timedRun } from "../../contestant.ts";
import { chainModel } from "../onnx-model.ts";
import { recipe } from "../onnx-recipes.ts";

/** A session for each length of the chain holds its weights and tensors. */
const longest = 24;

export async function open(threads: number): Promise<Opened> {
  env.wasm.wasmPaths = "/packages/onnxruntime-web/dist/";
  env.wasm.numThreads = threads;
  return {
    versions: { "onnxruntime-web": env.versions.web ?? env.versions.common },
    async prepare(one, data, dtype) {
      const x = new Tensor("float32", Float32Array.from(data.x), [...one.shape]);
      const opened: InferenceSession[] = [];
      const open = async (length: number, firstOnly: boolean): Promise<InferenceSession> => {
        const session = await InferenceSession.create(
          chainModel(one, data, dtype, { length, provider: "cpu", firstOnly }),
          { executionProviders: ["wasm"], graphOptimizationLevel: "all", logSeverityLevel: 3 },
        );
        opened.push(session);
        await session.run({ x });
        return session;
      };
      const chains = new Map<number, Promise<InferenceSession>>();
      return {
        entries: [
          {
            name: `ORT Web ×${threads}`,
            note: recipe(one, data, "cpu").note,
            timed: {
              most: longest,
              async time(count) {
                const known = chains.get(count) ?? open(count, true);
                chains.set(count, known);
                const session = await known;
                return timedRun(() => session.run({ x })).time(count);
              },
            },
            async result() {
              const { y } = await (await open(1, false)).run({ x });
              return (await y!.getData()) as Float32Array;
            },
          },
        ],
        async release() {
          for (const session of opened) await session.release();
        },
      };
    },
  };
}
