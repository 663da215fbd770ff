/**
 * Passes on the processor, for the backends wasm and cpu. Tensors are copied into the memory of the norm and out of it: that
 * of the wasm backend has an allocator that takes every page for its own.
 */
import { createWasm, type WasmBinding } from "./binding.ts";
import { isResult, knownTensors, type RunPass, tfDtype } from "./pass.ts";
import { elementsOf, tensorOf } from "./private-parts.ts";

export function processorPasses(binding: WasmBinding): RunPass {
  return (backend, { pass, shape, options, given }) => {
    // It takes microseconds and no more memory than the tensors of one call.
    using norm = createWasm(binding, pass, { ...shape.dims, ...options });
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
