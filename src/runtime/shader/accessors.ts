/** Writes the accessors, the WGSL functions through which a shader reads and writes its tensors. */
import type { Accessor, ProgramBinding } from "../../program/program.ts";
import { floatArray, type MemoryArray } from "./binding-arrays.ts";
import type { Layout, Place, WordElement } from "./layout.ts";

// No name in a shader begins with an underscore, so every name made here or in `binding-arrays.ts` does.
const packName = "_pack";
const pieceName = (name: string, piece: number): string => `_${name}_${piece}`;

/** Makes an array of any other element than f32 and f16. Its code is loaded only if such an array is bound. */
export type WordArray = (element: WordElement, wide: boolean, single: boolean) => MemoryArray;

/**
 * The declarations of all bindings and accessors.
 * @param sized whether the arrays have the sizes of their bindings (`traits.ts` says where this is faster).
 */
export function accessorCode(
  bindings: readonly ProgramBinding[],
  layout: Layout,
  wordArray: WordArray | undefined,
  sized = false,
): string {
  const tensors = bindings.map((binding, i) => ({ binding, place: layout.places[i]! }));
  const packed = tensors.filter(({ place }) => place.packedAt !== null).map(({ binding }) => binding);
  const pack = floatArray("f32", packed.some(byFours));
  const declared = (binding: number, access: string, name: string, { type, bytes }: MemoryArray): string => {
    const size = sized ? `, ${Math.floor(layout.slots[binding]!.size / bytes)}` : "";
    return `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<${type}${size}>;\n`;
  };
  const declarations = packed.length === 0 ? [] : [declared(0, "read", packName, pack)];
  const functions: string[] = [];
  const helpers = new Set<string>();
  for (const { binding, place } of tensors) {
    const array =
      place.packedAt !== null
        ? pack
        : place.element === "f32" || place.element === "f16"
          ? floatArray(place.element, byFours(binding))
          : wordArray!(place.element, byFours(binding), binding.accessors.put !== undefined);
    const names = arrayNames(binding.name, place);
    if (place.packedAt === null) {
      for (const [piece, name] of names.entries()) {
        declarations.push(declared(place.binding + piece, binding.shared ?? binding.access, name, array));
      }
    }
    for (const [kind, name] of Object.entries(binding.accessors) as [Accessor, string][]) {
      functions.push(accessor(kind, name, names, place, array, binding.write));
      const helper = array.helpers[kind];
      if (helper !== undefined) helpers.add(helper);
    }
  }
  return [...declarations, ...helpers, ...functions].join("");
}

function byFours({ accessors }: ProgramBinding): boolean {
  return accessors.four !== undefined || accessors.putFour !== undefined;
}

function arrayNames(name: string, { pieces, packedAt }: Place): readonly string[] {
  if (packedAt !== null) return [packName];
  return pieces === 1 ? [name] : Array.from({ length: pieces }, (_, piece) => pieceName(name, piece));
}

const signatures: Readonly<Record<Accessor, string>> = {
  at: "(at: u32) -> f32",
  four: "(at: u32) -> vec4f",
  put: "(at: u32, value: f32)",
  putFour: "(at: u32, value: vec4f)",
};

function accessor(
  kind: Accessor,
  name: string,
  arrays: readonly string[],
  { packedAt, pieceLength }: Place,
  array: MemoryArray,
  write: ProgramBinding["write"],
): string {
  const unit = kind === "four" || kind === "putFour" ? 4 : 1;
  const reads = kind === "at" || kind === "four";
  if (write === "keep" && !reads) return `fn ${name}${signatures[kind]} {}\n`;
  const cases = arrays.map((own, piece) => {
    const index = place((packedAt ?? -piece * pieceLength) / unit);
    // Sums of halves are also computed in f32 and rounded once.
    const sum = `(value + ${array[unit === 1 ? "at" : "four"](own, index)})`;
    const zero = unit === 1 ? "0.0f" : "vec4f()";
    const text = array[kind](own, index, write === "add" ? sum : write === "zero" ? zero : "value");
    const last = piece === arrays.length - 1;
    if (last) return reads ? `return ${text};` : text;
    const end = ((piece + 1) * pieceLength) / unit;
    return `if (at < ${end}u) { ${reads ? `return ${text};` : `${text} return;`} }`;
  });
  const body = cases.length === 1 ? ` ${cases[0]} ` : `\n${cases.map((one) => `  ${one}\n`).join("")}`;
  return `fn ${name}${signatures[kind]} {${body}}\n`;
}

/** The index plus a shift. An infix expression is in parentheses. */
function place(shift: number): string {
  if (shift === 0) return "at";
  return shift < 0 ? `(at - ${-shift}u)` : `(at + ${shift}u)`;
}
