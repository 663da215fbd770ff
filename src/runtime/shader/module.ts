import type { Shader } from "../../program/program.ts";
import type { Variant } from "../variants/variant.ts";
import { accessorCode, type WordArray } from "./accessors.ts";
import type { Layout } from "./layout.ts";

/** The properties of the device and the variant that a module depends on. */
export interface ModuleChoice {
  /** Whether lanes exchange values within a subgroup. Otherwise they use workgroup memory. */
  readonly subgroups: boolean;
  readonly residency: Variant["residency"];
  /** The number of steps of its row that a lane keeps. */
  readonly held: number;
  /** Needed if a tensor is of integers, or f16 on a device without `shader-f16`. */
  readonly wordArray?: WordArray | undefined;
  /** Whether arrays have the sizes of their bindings. */
  readonly sized?: boolean;
}

/** A whole WGSL module: the code that depends on the memory, the device and the variant, then the shader. */
export function moduleCode(
  { wgsl, bindings, held: slots, exchanges }: Shader,
  layout: Layout,
  { subgroups, residency, held, wordArray, sized }: ModuleChoice,
): string {
  const enabled = layout.places.some(({ element }) => element === "f16") ? ["f16"] : [];
  if (exchanges && subgroups) enabled.push("subgroups");
  return [
    ...enabled.map((name) => `enable ${name};\n`),
    accessorCode(bindings, layout, wordArray, sized),
    ...(exchanges ? exchangeCode(subgroups) : []),
    ...(slots > 0 ? heldCode(residency, slots, held) : []),
    wgsl,
  ].join("");
}

/** Without subgroups, no lane asks for another lane's value: the loops around these calls do no steps. */
function exchangeCode(subgroups: boolean): string[] {
  const body = subgroups ? "subgroupShuffleXor(v, mask)" : "v";
  return [
    `fn exchange(v: f32, mask: u32) -> f32 { return ${body}; }\n`,
    `fn exchange4(v: vec4f, mask: u32) -> vec4f { return ${body}; }\n`,
  ];
}

/** In registers the values of one lane are neighbours; in workgroup memory the values of neighbouring lanes are. */
function heldCode(residency: Variant["residency"], slots: number, held: number): string[] {
  const inRegisters = residency !== "workgroup";
  const count = inRegisters ? `HELD * ${slots}u` : "HELD_LENGTH";
  const place = inRegisters ? "slot * HELD + k" : "(slot * HELD + k) * (LANES * ROWS) + invocation";
  return [
    `const HELD = ${held}u;\n`,
    ...(inRegisters ? [] : [`override HELD_LENGTH: u32 = HELD * ${slots}u * LANES * ROWS;\n`]),
    `var<${inRegisters ? "private" : "workgroup"}> held: array<vec4f, ${count}>;\n`,
    `fn held_place(slot: u32, k: u32, invocation: u32) -> u32 { return ${place}; }\n`,
  ];
}
