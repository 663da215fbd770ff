import type { Shader } from "../../program/program.ts";
import type { Variant } from "../variants/variant.ts";
import { accessorCode, type HalfArray } from "./accessors.ts";
import type { Layout } from "./layout.ts";

/** What of the device and the variant a module's text depends on. */
export interface ModuleChoice {
  /** Whether lanes exchange values within a subgroup; otherwise they go through workgroup memory alone. */
  readonly subgroups: boolean;
  readonly residency: Variant["residency"];
  /** Steps that a lane keeps. */
  readonly held: number;
  /** Where an f16 lies in halves of words. */
  readonly halfArray?: HalfArray | undefined;
}

/** A whole WGSL module: before a kernel's text come the parts that depend on the memory, the device and the variant. */
export function moduleCode(
  { wgsl, bindings, held: slots, exchanges }: Shader,
  layout: Layout,
  { subgroups, residency, held, halfArray }: ModuleChoice,
): string {
  const enabled = layout.places.some(({ element }) => element === "f16") ? ["f16"] : [];
  if (exchanges && subgroups) enabled.push("subgroups");
  return [
    ...enabled.map((name) => `enable ${name};\n`),
    accessorCode(bindings, layout, halfArray),
    ...(exchanges ? exchangeCode(subgroups) : []),
    ...(slots > 0 ? heldCode(residency, slots, held) : []),
    wgsl,
  ].join("");
}

/** Without subgroups no lane asks for another's value: the loops around these make no step. */
function exchangeCode(subgroups: boolean): string[] {
  const body = subgroups ? "subgroupShuffleXor(v, mask)" : "v";
  return [
    `fn exchange(v: f32, mask: u32) -> f32 { return ${body}; }\n`,
    `fn exchange4(v: vec4f, mask: u32) -> vec4f { return ${body}; }\n`,
  ];
}

/** In registers a lane's values lie side by side; in workgroup memory those of neighbours do. */
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
