/** What a module exports for the forward pass of one norm that keeps what the backward pass reads. */
import type { Mode, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import type { BoundNorm, Declaration } from "./members.ts";
import { type NormIdentifiers, propertyKey } from "./taken-names.ts";

/** What of a program is kept; nothing mostly. */
export function savedTensor(
  programs: readonly ProgramInterface[],
  mode: Mode | null,
): ProgramTensor | undefined {
  return programs.find((one) => one.mode === mode)?.tensors.find((one) => one.role === "saved");
}

/** How the member is called and documented wherever it stands. */
export const savedDoc = "The values that the forward pass saved, in `savedBytes` bytes.";

export function describeSaving(norm: BoundNorm<ProgramInterface>, ids: NormIdentifiers): Declaration[] {
  const { modes, type } = ids.saving;
  const doc = `${norm.name}, which also saves the values that its backward pass reads.`;
  const [first] = norm.programs;
  if (first?.mode === null) return [{ kind: "type", name: type, doc, type: savingType(norm, ids, null) }];
  return [
    {
      kind: "interface",
      name: modes,
      doc: `${norm.name} in each of its modes, which also saves the values that its backward pass reads.`,
      members: norm.programs.map(({ mode }) => ({
        name: mode!,
        type: savingType(norm, ids, mode),
        optional: false,
        doc: "",
      })),
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

function savingType(norm: BoundNorm<ProgramInterface>, ids: NormIdentifiers, mode: Mode | null): string {
  const { buffers, feeds, results } = ids.calls(mode);
  const saved = savedTensor(norm.saving ?? [], mode);
  if (saved === undefined) return `Saving<${buffers}, ${feeds}, ${results}>`;
  const key = propertyKey(saved.name);
  const both = (type: string, own: string): string => `${type} & { readonly ${key}: ${own} }`;
  return `Saving<${both(buffers, "GPUBuffer")}, ${feeds}, ${both(results, "Float32Array<ArrayBuffer>")}>`;
}

/** The method of the norm's object. */
export function savingMethod(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  keys: { readonly mode: string; readonly dtype: string; readonly tune?: string },
  module: string,
): string {
  const { modes, type } = ids.saving;
  const modal = norm.programs.some(({ mode }) => mode !== null);
  const same = Object.entries(keys).every(([key, name]) => key === name);
  const extra = same ? "" : `, ${JSON.stringify(keys)}`;
  const load = `() => import(${JSON.stringify(module)})`;
  return `
  /** Like \`create\`, for training: it also saves the values that the backward pass reads. */
  createSaving${modal ? `<M extends keyof ${modes}>` : ""}(
    device: GPUDevice,
    options: ${ids.options}${modal ? ` & { readonly ${keys.mode}: M }` : ""},
  ): Promise<${type}${modal ? "<M>" : ""}> {
    return createSavingFromOptions(device, ${ids.programs}, ${load}, options${extra});
  },`;
}
