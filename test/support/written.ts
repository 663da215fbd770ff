/** Adding to an output is only right where each of its elements is written once a run, and not read in between. */
import { expect } from "vitest";
import type { KernelForm, Program } from "../../src/program/program.ts";

/** Expects that every output is written by one dispatch and read by none, with rows whole and with rows split. */
export function expectWrittenOnce({ tensors, kernels }: Program): void {
  const outputs = tensors.filter((one) => one.role === "output").map((one) => one.name);
  const written = (dispatches: readonly (readonly KernelForm[])[]): string[] =>
    dispatches.flatMap((forms) => {
      const bindings = forms.flatMap((one) => one.bindings).filter((one) => outputs.includes(one.tensor));
      for (const { access, accessors } of bindings) {
        expect(access).toBe("read_write");
        expect(Object.keys(accessors).filter((one) => !one.startsWith("put"))).toEqual([]);
      }
      return [...new Set(bindings.map((one) => one.tensor))].sort();
    });
  const whole = kernels.flatMap((one) => written([one.forms]));
  const split = kernels.flatMap(({ forms, split }) =>
    written(split === null ? [forms] : split.stages.map((one) => one.forms)),
  );
  expect(whole.sort()).toEqual([...outputs].sort());
  expect(split.sort()).toEqual([...outputs].sort());
}
