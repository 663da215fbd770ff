import type { KernelForm } from "../program/program.ts";
import { accessCode } from "./access.ts";
import type { Layout } from "./layout.ts";

/**
 * A whole WGSL module: before a kernel's text come the parts that depend on the memory and on the device.
 * @param subgroups whether lanes exchange values within a subgroup; otherwise they go through workgroup memory alone.
 */
export function moduleCode({ wgsl, bindings }: KernelForm, layout: Layout, subgroups: boolean): string {
  const enabled = layout.places.some(({ element }) => element === "f16") ? ["f16"] : [];
  const exchange = /\bexchange4?\(/.test(wgsl);
  if (exchange && subgroups) enabled.push("subgroups");
  return [
    ...enabled.map((name) => `enable ${name};\n`),
    accessCode(bindings, layout),
    ...(exchange ? exchanges(subgroups) : []),
    wgsl,
  ].join("");
}

/** Without subgroups no lane asks for another's value: the loops around these make no step. */
function exchanges(subgroups: boolean): string[] {
  const body = subgroups ? "subgroupShuffleXor(v, mask)" : "v";
  return [
    `fn exchange(v: f32, mask: u32) -> f32 { return ${body}; }\n`,
    `fn exchange4(v: vec4f, mask: u32) -> vec4f { return ${body}; }\n`,
  ];
}
