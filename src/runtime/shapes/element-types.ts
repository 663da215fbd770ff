import type { ProgramInterface, Storage } from "../../program/program.ts";
import { NormError } from "./errors.ts";
import { fromHalf, toHalf } from "./float16.ts";
import { own, refuseUnknown } from "./unknown-names.ts";

/** The element type of every tensor. */
export type Storages = ReadonlyMap<string, Storage>;

/**
 * Spells a choice out for each tensor. A single `"f16"` means inputs, affines and outputs: states, what is saved and
 * scratch hold statistics, which overflow f16 (a variance above 65504) and stay f32; a state can still be named.
 * @throws NormError N501 for a name that is no tensor, N514 for a type that is none.
 */
export function resolveStorage(
  program: ProgramInterface,
  choice: Storage | Readonly<Record<string, Storage>> | undefined,
): Storages {
  const named = program.tensors.filter((tensor) => tensor.role !== "scratch");
  if (typeof choice === "object") {
    refuseUnknown(
      "tensor",
      Object.keys(choice),
      named.map((tensor) => tensor.name),
    );
  }
  const storages = new Map<string, Storage>();
  for (const { name, role } of program.tensors) {
    const statistic = role === "state" || role === "scratch" || role === "saved";
    const all = statistic || typeof choice !== "string" ? "f32" : choice;
    const storage = (typeof choice === "object" ? own(choice, name) : undefined) ?? all;
    if (storage !== "f32" && storage !== "f16") {
      throw new NormError(
        "N514",
        `tensor ${name}: expected element type f32 or f16, given ${String(storage)}`,
      );
    }
    storages.set(name, storage);
  }
  return storages;
}

export const elementBytes: Readonly<Record<Storage, number>> = { f32: 4, f16: 2 };

/** Bytes of the buffer that `count` elements need; a binding is a multiple of four and never empty. */
export function bufferBytes(count: number, storage: Storage): number {
  return Math.max(4, Math.ceil((count * elementBytes[storage]) / 4) * 4);
}

/** Writes values into the mapped bytes of a buffer, rounded to its element type. */
export function writeElements(bytes: ArrayBuffer, values: ArrayLike<number>, storage: Storage): void {
  if (storage === "f32") {
    new Float32Array(bytes, 0, values.length).set(values);
    return;
  }
  const halves = new Uint16Array(bytes, 0, values.length);
  for (let i = 0; i < values.length; i++) halves[i] = toHalf(values[i]!);
}

/** Writes one value into every element. */
export function fillElements(bytes: ArrayBuffer, value: number, storage: Storage): void {
  if (storage === "f32") new Float32Array(bytes).fill(value);
  else new Uint16Array(bytes).fill(toHalf(value));
}

/** The first `count` elements of the mapped bytes of a buffer, copied. */
export function readElements(bytes: ArrayBuffer, count: number, storage: Storage): Float32Array<ArrayBuffer> {
  if (storage === "f32") return new Float32Array(bytes.slice(0, count * 4));
  return Float32Array.from(new Uint16Array(bytes, 0, count), fromHalf);
}
