import type { Opened } from "../../contestant.ts";
import { openJax } from "./jax.ts";

export function open(threads: number): Promise<Opened> {
  return openJax({ device: "wasm", forward: `jax-js ×${threads}`, gradient: `jax-js backward ×${threads}` });
}
