/** Declares what a module exports for a norm inside other kernels. */
import type { InlineProgram } from "../../program/inline-program.ts";
import type { ProgramInterface } from "../../program/program.ts";
import type { Declaration, Method } from "./declarations.ts";
import { type BoundNorm, bufferType, dtypeParameterOf, keysArgument, optionsType } from "./members.ts";
import type { NormIdentifiers } from "./taken-names.ts";

/** Whether one of the norm's modes can stand in another kernel. */
export function isInline({ inline = [] }: BoundNorm<ProgramInterface>): boolean {
  return inline.some((one) => one !== null);
}

export function describeInline(norm: BoundNorm<ProgramInterface>, ids: NormIdentifiers): Declaration[] {
  const { modes, type } = ids.inline;
  const doc = `${norm.name} inside another kernel: WGSL functions of an element, and the statistics that they read.`;
  const able = norm.inline!.flatMap((one) => one ?? []);
  const [first] = able;
  if (first?.mode === null) return [{ kind: "type", name: type, doc, type: inlineType(first) }];
  return [
    {
      kind: "interface",
      name: modes,
      doc: `${doc.slice(0, -1)}, by mode.`,
      members: able.map((one) => ({ name: one.mode!, type: inlineType(one), optional: false, doc: "" })),
    },
    {
      kind: "type",
      name: type,
      doc,
      parameter: `M extends keyof ${modes} = keyof ${modes}`,
      type: `${modes}[M]`,
    },
  ];
}

function inlineType({ statistics, shader }: InlineProgram): string {
  const union = (names: readonly string[]): string => names.map((one) => JSON.stringify(one)).join(" | ");
  const read = union(shader.bindings.map(({ tensor }) => tensor)) || "never";
  if (statistics === null) return `Inline<${read}, null>`;
  const named = statistics.tensors.filter(({ role }) => role !== "scratch").map(({ name }) => name);
  return `Inline<${read}, Norm<Readonly<Record<${union(named)}, ${bufferType}>>>>`;
}

/** @param load an expression: the function that loads the inline programs. */
export function inlineMethod(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  keys: Readonly<Record<string, string>> & { readonly mode: string; readonly dtype: string },
  load: string,
): Method {
  const { modes, type } = ids.inline;
  const modal = norm.programs.some(({ mode }) => mode !== null);
  return {
    name: "createInline",
    doc: "For a kernel of yours that normalizes what it loads: WGSL functions of an element, and the statistics that they read.",
    typeParameters: [
      ...(modal ? [`M extends keyof ${modes}`] : []),
      dtypeParameterOf(ids.options, keys.dtype),
    ],
    parameters: [
      { name: "device", type: "GPUDevice" },
      {
        name: "options",
        type: optionsType(ids.options, { dtype: keys.dtype, mode: modal ? keys.mode : undefined }),
      },
      { name: "place", type: "InlinePlace", optional: true },
    ],
    result: `Promise<${type}${modal ? "<M>" : ""}>`,
    calls: "createInlineFromOptions",
    given: ["device", ids.programs, load, "options", "place", ...keysArgument(keys)],
  };
}
