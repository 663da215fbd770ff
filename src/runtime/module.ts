import type { KernelForm, Storage } from "../program/program.ts";

/**
 * A whole WGSL module: before a kernel's text come the lines that depend on element types and on the device.
 * @param subgroups whether lanes exchange values within a subgroup; otherwise they go through workgroup memory alone.
 */
export function moduleCode(
  { wgsl, bindings }: KernelForm,
  storageOf: (tensor: string) => Storage,
  subgroups: boolean,
): string {
  const elements = new Map(bindings.map(({ tensor, element }) => [element, storageOf(tensor)]));
  const enabled = [...([...elements.values()].includes("f16") ? ["f16"] : [])];
  const exchange = /\bexchange4?\(/.test(wgsl);
  if (exchange && subgroups) enabled.push("subgroups");
  return [
    ...enabled.map((name) => `enable ${name};\n`),
    ...[...elements].map(([name, type]) => `alias ${name} = ${type};\n`),
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
