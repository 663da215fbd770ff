/**
 * Products that are added to something, in one instruction: relaxed SIMD's f32x4.relaxed_madd, which an engine may lack. A
 * module has them in two, with as many bytes, so that one module serves every engine:
 *
 *     f32x4.mul      local.get c   f32x4.add
 *     nop nop nop    local.get c   f32x4.relaxed_madd
 *
 * Softmax takes two thirds of the time, a layer norm in the cache 0.94 of it (on x64). A fused product is not rounded before it
 * is added, as a driver may do it on a GPU, so results differ between engines by roundings.
 */
// The number of a local has seven bits in a byte, and more follow if the eighth is set.
const product = /fd e6 01 (20 (?:[0-7].|[89a-f]. ..) )fd e4 01/g;

/**
 * The module with fused products. `WebAssembly.validate` tells whether an engine takes it.
 * @param module two hexadecimal digits for each byte.
 * @returns the same with a space behind each byte: with them no match begins in the middle of one.
 */
export function withFusedProducts(module: string): string {
  return module.replace(/../g, "$& ").replace(product, "01 01 01 $1fd 85 02");
}
