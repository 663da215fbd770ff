import normc from "normc/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [normc()],
});
