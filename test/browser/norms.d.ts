/** Made by the test: see `bundled` of `wasm.test.ts`. */
declare module "norms" {
  export const LayerNorm: typeof import("../../generated/layer_norm.wasm.ts").LayerNorm;
}
