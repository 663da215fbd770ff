/** Passes on the webgpu backend: in its buffers, in its order, without a copy. */
import { env } from "@tensorflow/tfjs-core";
import type { Norm } from "../../runtime/options/norm-types.ts";
import { createWebgpu, type WebgpuBinding } from "./binding.ts";
import { isResult, knownTensors, type PassCall, type RunPass, tfDtype } from "./pass.ts";
import { bufferOf, copyOf, deviceOf, newTensor, recordInto } from "./private-parts.ts";

/**
 * How many norms an op keeps for each device: one for each pass and for all that is not the batch. A dropped one goes when
 * the commands that use it are done.
 */
const kept = 64;

export function webgpuPasses(binding: WebgpuBinding): RunPass {
  const norms = new WeakMap<GPUDevice, Map<string, Norm>>();

  function normFor(device: GPUDevice, { pass, shape, options }: PassCall): Norm {
    const all = { ...(shape.open?.dims ?? shape.dims), ...options };
    const known = norms.get(device) ?? new Map<string, Norm>();
    norms.set(device, known);
    const key = JSON.stringify([pass, all]);
    const norm = known.get(key) ?? createWebgpu(binding, pass, device, all);
    // The last in the map is the one that was used last.
    known.delete(key);
    known.set(key, norm);
    if (known.size > kept) known.delete(known.keys().next().value!);
    return norm;
  }

  return (backend, call) => {
    const { shape, given } = call;
    const norm = normFor(deviceOf(backend), call);
    const tensors = knownTensors(norm.program);
    const infos = new Map(
      tensors.flatMap((one) => {
        const own = given.get(one.name);
        // Tensors do not change, so a state is updated in a copy.
        if (one.role === "state" && one.updated === true && own !== undefined)
          return [[one.name, copyOf(backend, own)] as const];
        if (!isResult(one)) return own === undefined ? [] : [[one.name, own] as const];
        const { dims, bytes } = norm.tensors[one.name]!;
        const size = one.role === "saved" ? [bytes / 4] : shape.shapeOf(one, dims);
        return [[one.name, newTensor(backend, size, tfDtype(one) ?? "float32")] as const];
      }),
    );
    const buffers = Object.fromEntries([...infos].map(([name, info]) => [name, bufferOf(backend, info)]));
    recordInto(
      backend,
      [...infos.values()],
      norm.dispatches.length,
      env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE"),
      (pass) => norm.encode(pass, buffers, shape.open?.extents),
    );
    return new Map(tensors.filter(isResult).map(({ name }) => [name, infos.get(name)!]));
  };
}
