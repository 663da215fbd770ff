/** Accumulating into an output is only right if a run writes each element once and does not read it in between. */
import { expect } from "vitest";
import type { Program, Shader } from "../../src/program/program.ts";

/** Expects that one dispatch writes each output and none reads it, with rows whole and with rows split. */
export function expectWrittenOnce({ tensors, kernels }: Program): void {
  const outputs = tensors.filter((one) => one.role === "output").map((one) => one.name);
  const written = (dispatches: readonly (readonly Shader[])[]): string[] =>
    dispatches.flatMap((shaders) => {
      const bindings = shaders.flatMap((one) => one.bindings).filter((one) => outputs.includes(one.tensor));
      for (const { access, accessors } of bindings) {
        expect(access).toBe("read_write");
        expect(Object.keys(accessors).filter((one) => !one.startsWith("put"))).toEqual([]);
      }
      return [...new Set(bindings.map((one) => one.tensor))].sort();
    });
  const whole = kernels.flatMap((one) => written([one.shaders]));
  const split = kernels.flatMap(({ shaders, split }) =>
    written(split === null ? [shaders] : split.stages.map((one) => one.shaders)),
  );
  expect(whole.sort()).toEqual([...outputs].sort());
  expect(split.sort()).toEqual([...outputs].sort());
}
