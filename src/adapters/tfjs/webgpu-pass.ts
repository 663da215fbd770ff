/** Passes on the webgpu backend: in its buffers, in its order, without a copy. */
import { env } from "@tensorflow/tfjs-core";
import type { Norm } from "../../runtime/options/norm-types.ts";
import { createWebgpu, type WebgpuBinding } from "./binding.ts";
import { type KeptNorms, keepNorms } from "./kept-norms.ts";
import { isResult, knownTensors, type PassCall, type RunPass, tfDtype } from "./pass.ts";
import { bufferOf, copyOf, deviceOf, newTensor, recordInto } from "./private-parts.ts";

/**
 * How many norms an op keeps for each device: one for each pass and for all that is not the batch. A dropped one is collected
 * when the commands that use it are done.
 */
const most = 64;

export function webgpuPasses(binding: WebgpuBinding): RunPass {
  const devices = new WeakMap<GPUDevice, KeptNorms<Norm>>();

  function normFor(device: GPUDevice, { pass, shape, options }: PassCall): Norm {
    const norms = devices.get(device) ?? keepNorms<Norm>(most, () => undefined);
    devices.set(device, norms);
    const all = { ...(shape.open?.dims ?? shape.dims), ...options };
    return norms.find([pass, all], () => createWebgpu(binding, pass, device, all));
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
