/** Rewrites how shaders bind tensors that share memory. Loaded on demand, because most norms have a buffer for each. */
import type { Program, ProgramBinding, Shader } from "../../program/program.ts";
import type { Aliases } from "../shapes/aliases.ts";

/** @throws NormError N501 for an unknown tensor, N522 for an output that cannot take the place of an input. */
export function aliasing(program: Program, { sharedBuffers }: Aliases): (shader: Shader) => Shader {
  const given = new Set(program.tensors.filter((one) => one.role !== "scratch").map((one) => one.name));
  return (shader) => (sharedBuffers ? { ...shader, bindings: share(shader.bindings, given) } : shader);
}

/** A kernel that only writes scratch memory, which is ours, reads the caller's buffers as before. */
function share(bindings: readonly ProgramBinding[], given: ReadonlySet<string>): readonly ProgramBinding[] {
  const writes = bindings.some(({ tensor, access }) => access === "read_write" && given.has(tensor));
  if (!writes) return bindings;
  return bindings.map((one) =>
    given.has(one.tensor) && one.access === "read" ? { ...one, shared: "read_write" } : one,
  );
}
