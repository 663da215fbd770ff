/** Declares what a module exports for a norm's forward pass that also saves values for the backward pass. */
import type { Mode, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import type { Declaration, Method } from "./declarations.ts";
import {
  axesType,
  type BoundNorm,
  bufferType,
  dtypeParameter,
  dtypeParameterOf,
  keysArgument,
  optionsType,
} from "./members.ts";
import { type NormIdentifiers, propertyKey } from "./taken-names.ts";
import { type BindingsTarget, creationArguments, creationParameters } from "./target-words.ts";

/** The tensor that a program saves. Usually undefined. */
export function savedTensor(
  programs: readonly ProgramInterface[],
  mode: Mode | null,
): ProgramTensor | undefined {
  return programs.find((one) => one.mode === mode)?.tensors.find((one) => one.role === "saved");
}

/** The documentation of the saved tensor wherever it is a member. */
export const savedDoc = "The values that the forward pass saved: `savedBytes` bytes.";

export function describeSaving(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  target: BindingsTarget,
): Declaration[] {
  const { modes, type } = ids.saving;
  const doc = `The forward pass of ${norm.name} that also saves the values its backward pass reads.`;
  const [first] = norm.programs;
  if (first?.mode === null) {
    return [
      { kind: "type", name: type, doc, parameter: dtypeParameter, type: savingType(norm, ids, null, target) },
    ];
  }
  return [
    {
      kind: "interface",
      name: modes,
      doc: `The forward pass of ${norm.name} that also saves the values its backward pass reads, by mode.`,
      parameter: dtypeParameter,
      members: norm.programs.map(({ mode }) => ({
        name: mode!,
        type: savingType(norm, ids, mode, target),
        optional: false,
        doc: "",
      })),
    },
    {
      kind: "type",
      name: type,
      doc,
      parameter: `M extends keyof ${modes} = keyof ${modes}, ${dtypeParameter}`,
      type: `${modes}<D>[M]`,
    },
  ];
}

function savingType(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  mode: Mode | null,
  target: BindingsTarget,
): string {
  const { buffers, feeds, views } = ids.calls(mode);
  const results = `${ids.calls(mode).results}<D>`;
  const saved = savedTensor(norm.saving ?? [], mode);
  if (target.views) {
    if (saved === undefined) return `${target.norm}<${feeds}, ${results}, ${views}>`;
    const both = (type: string, own: string): string =>
      `${type} & { readonly ${propertyKey(saved.name)}: ${own} }`;
    return `${target.norm}<${feeds}, ${both(results, "Float32Array<ArrayBuffer>")}, ${both(views, "Float32Array")}>`;
  }
  if (saved === undefined) return `Saving<${buffers}, ${feeds}, ${results}, ${axesType(norm)}>`;
  const key = propertyKey(saved.name);
  const both = (type: string, own: string): string => `${type} & { readonly ${key}: ${own} }`;
  return `Saving<${both(buffers, bufferType)}, ${feeds}, ${both(results, "Float32Array<ArrayBuffer>")}, ${axesType(norm)}>`;
}

/**
 * None if the target's norms save nothing.
 * @param load an expression: the function that loads the programs that save values.
 */
export function savingMethods(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  keys: Readonly<Record<string, string>> & { readonly mode: string; readonly dtype: string },
  target: BindingsTarget,
  load: string,
): Method[] {
  if (target.createSaving === undefined) return [];
  const { modes, type } = ids.saving;
  const modal = norm.programs.some(({ mode }) => mode !== null);
  return [
    {
      name: "createSaving",
      doc: "Like `create`, for training: the norm also saves the values that its backward pass reads.",
      typeParameters: [
        ...(modal ? [`M extends keyof ${modes}`] : []),
        dtypeParameterOf(ids.options, keys.dtype),
      ],
      parameters: creationParameters(
        target,
        optionsType(ids.options, { dtype: keys.dtype, mode: modal ? keys.mode : undefined }),
      ),
      result: `Promise<${type}<${modal ? "M, " : ""}D>>`,
      calls: target.createSaving,
      given: creationArguments(target, [ids.programs, load], keysArgument(keys)),
    },
  ];
}
