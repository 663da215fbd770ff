import { defineConfig } from "normc";

/** For `normc` on the command line and for the plugin. */
export default defineConfig({
  specs: ["src/norms/*.norm"],
  // A page that only runs a norm needs no backward pass.
  gradients: { backward: false },
});
