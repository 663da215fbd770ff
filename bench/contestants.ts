/** The contestants. */
import { existsSync } from "node:fs";
import type { AdapterChoice } from "./adapters.ts";
import { type Child, startChild } from "./child.ts";

export interface Contestant {
  /** The column, until the process says what it measures. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** The contestants of the forward passes, or of the gradients. */
export interface Field {
  readonly ours: Contestant;
  readonly peers: readonly Contestant[];
}

const forward: readonly Contestant[] = [
  { name: "ORT webgpu", file: "./peers/onnxruntime.ts", args: ["webgpu"] },
  { name: "TF.js", file: "./peers/tensorflow.ts", args: [] },
  { name: "jax-js", file: "./peers/jax-webgpu.ts", args: ["forward"] },
  { name: "gpu.js", file: "./peers/gpujs.ts", args: [] },
  { name: "ORT cpu", file: "./peers/onnxruntime.ts", args: ["cpu"] },
];

const gradients: readonly Contestant[] = [
  { name: "TF.js", file: "./peers/tensorflow-gradients.ts", args: [] },
  { name: "jax-js", file: "./peers/jax-webgpu.ts", args: ["gradient"] },
];

export interface FieldOptions {
  readonly grad: boolean;
  readonly peers: boolean;
  /** A Python that has PyTorch. */
  readonly torch?: string;
}

export function fieldOf({ grad, peers, torch }: FieldOptions): Field {
  // PyTorch is timed by the clock of the GPU, so normc is too.
  const args = torch === undefined ? [] : ["device-clock"];
  const pass = grad ? "gradient" : "forward";
  return {
    ours: { name: "normc", file: grad ? "./norm-gradients.ts" : "./norm.ts", args },
    peers: [
      ...(peers ? (grad ? gradients : forward) : []),
      ...(torch === undefined ? [] : [{ name: "PyTorch", file: "./torch.ts", args: [torch, pass] }]),
    ],
  };
}

/** It runs on the processor and on no adapter, but is listed with each adapter. */
export const onProcessor = "ORT cpu";

export const peersInstall = "npm ci --prefix bench/peers";

export function peersInstalled(): boolean {
  return existsSync(new URL("./peers/node_modules", import.meta.url));
}

/** A contestant in its process, which is restarted after a crash. */
export interface Seat {
  readonly contestant: Contestant;
  readonly versions: Readonly<Record<string, string>>;
  readonly adapter: string | undefined;
  readonly software: boolean;
  child(): Promise<Child>;
  close(): void;
}

/** Dawn starts in a second, but the first start of a driver on a loaded machine has taken ten. */
const openLimitMs = 90_000;

/** @throws Error if it cannot start. The message says why. */
export async function takeSeat(contestant: Contestant, { env }: AdapterChoice): Promise<Seat> {
  type About = { adapter?: string; software?: boolean; versions: Record<string, string> };
  let child = startChild({ ...contestant, env });
  let about: About;
  try {
    about = await child.ask<About>({ ask: "open" }, openLimitMs);
  } catch (error) {
    child.close();
    throw error;
  }
  return {
    contestant,
    versions: about.versions,
    adapter: about.adapter,
    software: about.software ?? false,
    async child() {
      if (!child.ended()) return child;
      child = startChild({ ...contestant, env });
      await child.ask<About>({ ask: "open" }, openLimitMs);
      return child;
    },
    close: () => child.close(),
  };
}
