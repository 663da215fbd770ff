/** Products that are fused at run time: a module of as many bytes, which every engine with relaxed SIMD takes. */
import { expect, it } from "vitest";
import { withFusedProducts } from "../../src/program/fused-products.ts";
import { loadAssembler } from "../../src/targets/wasm/assemble.ts";

/** @param locals how many locals come before the one that is added: from 128 on its number has two bytes. */
async function moduleOf(locals: number): Promise<string> {
  const { bytes } = (await loadAssembler())(`(module (import "normc" "memory" (memory 0 65536 shared))
    (func (export "f") (param $a f32) (param $b f32) (param $c f32) (result f32)
      ${"(local f32) ".repeat(locals)} (local $sum v128)
      (local.set $sum (f32x4.splat (local.get $c)))
      (f32x4.extract_lane 0 (f32x4.add
        (f32x4.mul (f32x4.splat (local.get $a)) (f32x4.splat (local.get $b)))
        (local.get $sum)))))`);
  return Buffer.from(bytes).toString("hex");
}

function fusedIn(module: string): string {
  return withFusedProducts(module).replaceAll(" ", "");
}

async function run(module: string, ...operands: readonly number[]): Promise<number> {
  const memory = new WebAssembly.Memory({ initial: 0 });
  const { instance } = await WebAssembly.instantiate(Uint8Array.from(Buffer.from(module, "hex")), {
    normc: { memory },
  });
  return (instance.exports.f as (...operands: readonly number[]) => number)(...operands);
}

it.each([0, 130])("computes a product and a sum, with %d locals before", async (locals) => {
  const plain = await moduleOf(locals);
  const fused = fusedIn(plain);
  expect(fused.length).toBe(plain.length);
  expect(fused).not.toEqual(plain);
  for (const module of [plain, fused]) expect(await run(module, 3, 5, 7)).toBe(22);
});

it("leaves a product alone that nothing is added to", async () => {
  const { bytes } = (await loadAssembler())(`(module (import "normc" "memory" (memory 0 65536 shared))
    (func (export "f") (param $a f32) (result f32)
      (f32x4.extract_lane 0 (f32x4.mul (f32x4.splat (local.get $a)) (f32x4.splat (local.get $a))))))`);
  const module = Buffer.from(bytes).toString("hex");
  expect(fusedIn(module)).toBe(module);
});

it("finds instructions at the beginnings of bytes alone", () => {
  const shifted = "0fde601200fde4010";
  expect(fusedIn(`${shifted}0`)).toBe(`${shifted}0`);
});
