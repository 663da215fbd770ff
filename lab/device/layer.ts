/** A generated norm, forward and backward, on tensors that lie in the memory of the device. */
import type { WasmSettings } from "../../src/runtime/wasm/index.ts";
import type { Device, Tensor } from "./device.ts";

/** What runs, in a network's order forward and in the opposite order backward. */
export interface Op {
  readonly name: string;
  readonly part: Part;
  /** How many kernels each pass runs. */
  readonly kernels: { readonly forward: number; readonly backward: number };
  forward(): void;
  backward(): void;
}

export type Part = "convolution" | "norm" | "weights" | "loss";

interface Placed {
  readonly program: { readonly kernels: readonly unknown[] };
  readonly tensors: Readonly<Record<string, { readonly address: number }>>;
  run(): void;
}

/** A norm as a generated module exports it. Each takes options of its own, which the caller knows. */
export interface GeneratedNorm {
  create(options: never, settings?: WasmSettings): Promise<Placed>;
  createSaving?(options: never, settings?: WasmSettings): Promise<Placed>;
  createBackward(options: never, settings?: WasmSettings): Promise<Placed>;
}

export interface LayerSettings {
  readonly name: string;
  readonly part: Part;
  readonly norm: GeneratedNorm;
  /** Dims, params and the mode. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Where the inputs, affines, states and outputs of the forward pass lie. */
  readonly at: Readonly<Record<string, Tensor>>;
  /** What the backward pass reads besides saved values, and the gradients that it writes. */
  readonly back?: {
    readonly reads: Readonly<Record<string, Tensor>>;
    readonly of: Readonly<Record<string, Tensor>>;
  };
}

export async function layer(device: Device, settings: LayerSettings): Promise<Op> {
  const { name, part, norm, options, at, back } = settings;
  const place = (tensors: Readonly<Record<string, Tensor>>): WasmSettings => ({
    memory: device.memory,
    threads: 1,
    at: addresses(tensors),
  });
  const make = back === undefined ? norm.create : (norm.createSaving ?? norm.create);
  const forward = await make(options as never, place(at));
  const { saved } = forward.tensors;
  const backward =
    back &&
    (await norm.createBackward(
      { ...options, of: Object.keys(back.of) } as never,
      place({
        ...back.reads,
        ...(saved && { saved: { address: saved.address, length: 0 } }),
        ...Object.fromEntries(Object.entries(back.of).map(([one, tensor]) => [`d_${one}`, tensor])),
      }),
    ));
  return {
    name,
    part,
    kernels: {
      forward: forward.program.kernels.length,
      backward: backward?.program.kernels.length ?? 0,
    },
    forward: () => forward.run(),
    backward: () => backward?.run(),
  };
}

function addresses(tensors: Readonly<Record<string, Tensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { address }]) => [name, address]));
}
