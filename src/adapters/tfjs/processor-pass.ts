/**
 * Passes on the processor, for the backends wasm and cpu. Tensors are copied into the memory of the norm and out of it: that
 * of the wasm backend has an allocator that takes every page for its own.
 */
import type { WasmNorm } from "../../runtime/wasm/index.ts";
import { createWasm, type WasmBinding } from "./binding.ts";
import { keepNorms } from "./kept-norms.ts";
import { isResult, knownTensors, type RunPass, tfDtype } from "./pass.ts";
import { elementsOf, tensorOf } from "./private-parts.ts";

/**
 * How many norms an op keeps. To make one takes a tenth of a millisecond, but a memory in which nothing lies any more is given
 * back, and the next norm would pay for a new one: milliseconds. Each holds the tensors of one call.
 */
const most = 4;

export function processorPasses(binding: WasmBinding): RunPass {
  const norms = keepNorms<WasmNorm>(most, (one) => one.destroy());
  return (backend, { pass, shape, options, given }) => {
    const all = { ...shape.dims, ...options };
    const names = [...given.keys()];
    const norm = norms.find([pass, names, all], () => createWasm(binding, pass, all));
    const tensors = knownTensors(norm.program);
    for (const { name, role } of tensors) {
      const own = given.get(name);
      if (own !== undefined && role !== "output") norm.tensors[name]!.view.set(elementsOf(backend, own));
    }
    norm.run();
    return new Map(
      tensors.filter(isResult).map((one) => {
        const { dims, view } = norm.tensors[one.name]!;
        const size = one.role === "saved" ? [view.length] : shape.shapeOf(one, dims);
        return [
          one.name,
          tensorOf(backend, view as Float32Array | Int32Array, size, tfDtype(one) ?? "float32"),
        ] as const;
      }),
    );
  };
}
