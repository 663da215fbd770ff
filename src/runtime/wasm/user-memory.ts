/** Norms in a memory of the user, and tensors at addresses in it. Loaded on demand, because most norms lie in ours. */
import type { ProgramTensor } from "../../program/program.ts";
import type { Dtypes } from "../shapes/element-types.ts";
import { NormError } from "../shapes/errors.ts";
import type { Shapes } from "../shapes/shapes.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { givenNames, own, refuseUnknown } from "../shapes/unknown-names.ts";
import type { Heap } from "./heap.ts";
import type { SizedStage } from "./schedules.ts";
import type { WasmSettings } from "./wasm-types.ts";

const theirs = new WeakMap<WebAssembly.Memory, Heap>();

/**
 * @param known the heaps in memories of ours: that of another norm can be one of them.
 * @param open opens a heap. The page has it; an import would make bundlers put it into a file of its own.
 * @throws NormError N543 for anything but a memory.
 */
export function heapIn(
  memory: WebAssembly.Memory,
  known: ReadonlySet<Heap>,
  open: (memory: WebAssembly.Memory) => Heap,
): Heap {
  if (!(memory instanceof WebAssembly.Memory)) {
    throw new NormError("N543", `memory: expected a WebAssembly.Memory, given ${shownValue(memory)}`);
  }
  const heap = [...known].find((one) => one.memory === memory) ?? theirs.get(memory) ?? open(memory);
  theirs.set(memory, heap);
  return heap;
}

/** The bytes that a tensor takes. */
interface Placed {
  readonly tensor: ProgramTensor;
  readonly at: number;
  readonly bytes: number;
}

/**
 * Returns the addresses by name.
 * @throws NormError N501 for an unknown tensor, N542 for an address that a tensor cannot have, N522 for an output over an
 * input where the norm does not allow it.
 */
export function placement(
  tensors: readonly ProgramTensor[],
  { memory, at }: WasmSettings,
  stages: readonly SizedStage[],
  shapes: Shapes,
  dtypes: Dtypes,
  bytesOf: (tensor: ProgramTensor) => number,
): ReadonlyMap<string, number> {
  if (at === undefined) return new Map();
  if (memory === undefined)
    throw new NormError("N542", "`at` is for tensors in a memory of yours: give `memory` too");
  const known = tensors.filter(({ role }) => role !== "scratch");
  refuseUnknown(
    "a tensor",
    givenNames(at),
    known.map(({ name }) => name),
  );
  const placed = known.flatMap((tensor): Placed[] => {
    const address = own(at, tensor.name);
    if (address === undefined) return [];
    const bytes = bytesOf(tensor);
    const end = memory.buffer.byteLength;
    if (!Number.isSafeInteger(address) || address < 0 || address % 4 !== 0 || address + bytes > end) {
      const room = end - bytes;
      throw new NormError(
        "N542",
        `tensor ${tensor.name}: expected an address from 0 to ${room}, a multiple of 4, for ${bytes} bytes, given ${shownValue(address)}`,
      );
    }
    return [{ tensor, at: address, bytes }];
  });
  for (const [i, one] of placed.entries()) {
    for (const other of placed.slice(i + 1)) {
      if (one.at >= other.at + other.bytes || other.at >= one.at + one.bytes) continue;
      if (!isWritten(one) && !isWritten(other)) continue;
      const [input, output] = isWritten(one) ? [other, one] : [one, other];
      if (isWritten(input) || input.at !== output.at || input.bytes !== output.bytes) {
        throw new NormError(
          "N542",
          `tensors ${one.tensor.name} and ${other.tensor.name} overlap, and ${output.tensor.name} is written`,
        );
      }
      refuseOver(output.tensor, input.tensor, stages, shapes, dtypes);
    }
  }
  return new Map(placed.map(({ tensor, at: address }) => [tensor.name, address]));
}

function isWritten({ tensor: { role, updated } }: Placed): boolean {
  return role === "output" || updated === true;
}

function refuseOver(
  output: ProgramTensor,
  input: ProgramTensor,
  stages: readonly SizedStage[],
  { dims }: Shapes,
  dtypes: Dtypes,
): void {
  const refuse = (because: string): never => {
    throw new NormError("N522", `${output.name} cannot be written over ${input.name}: ${because}`);
  };
  const [from, to] = [input, output].map(({ name }) => `${dtypes.get(name)} [${dims.get(name)!.join(", ")}]`);
  if (from !== to) refuse(`one is ${to}, the other ${from}`);
  let written = false;
  for (const { stage } of stages) {
    const reads = stage.reads.includes(input.name);
    if (reads && written) refuse(`${stage.run} reads ${input.name} after ${output.name} is written`);
    if (!stage.writes.includes(output.name)) continue;
    written = true;
    const places = stage.places?.find((one) => one.input === input.name);
    if (reads && !places?.outputs.includes(output.name))
      refuse(`${stage.run} reads elements of ${input.name} where or after others are written`);
  }
}
