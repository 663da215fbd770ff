import type { Mode, ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { type BackwardKeys, backwardMethod, describeBackward } from "./backward-api.ts";
import {
  type BoundNorm,
  type Declaration,
  described,
  dtypeMember,
  joined,
  type Member,
  optionMembers,
  tuneMember,
} from "./members.ts";
import { describeSaving, savingMethod } from "./saving-api.ts";
import { freeName, type NormIdentifiers } from "./taken-names.ts";
import type { BindingsTarget } from "./target-words.ts";

/**
 * What a module exports for one norm: its options, buffers, feeds, results, and the object that creates it.
 * @param backward where the module of its backward programs lies; without one it has no backward pass.
 */
export function describeNorm(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  target: BindingsTarget,
  backward?: string,
): Declaration[] {
  const own = new Set(norm.programs.flatMap((p) => [...p.tensors, ...p.params].map((each) => each.name)));
  const keys = {
    mode: freeName("mode", own),
    dtype: freeName("dtype", own),
    // Variants are WebGPU's.
    ...(target.buffers ? { tune: freeName("tune", own) } : {}),
  };
  const options: Declaration = {
    kind: "interface",
    name: ids.options,
    doc: `Options of ${norm.name}: the dims of its tensors and its params, by name.`,
    members: [
      ...optionMembers(norm),
      dtypeMember(norm.programs, keys.dtype),
      ...(keys.tune === undefined ? [] : [tuneMember(keys.tune)]),
    ],
  };
  const all = {
    ...keys,
    of: freeName("of", own),
    accumulate: freeName("accumulate", own),
  };
  const body: NormBody = {
    target,
    doc: docOf(norm),
    mode: keys.mode,
    extra: Object.entries(keys).every(([key, name]) => key === name) ? "" : `, ${JSON.stringify(keys)}`,
    backward: backward === undefined ? "" : methods(norm, ids, all, target, backward),
  };
  const more = backward === undefined ? [] : describeBackward(norm, ids, all, target);
  if (isSaving(norm)) more.push(...describeSaving(norm, ids));
  const calls = norm.programs.flatMap((program) => describeCalls(norm, program, ids, target));
  const modal = norm.programs.some((program) => program.mode !== null);
  return [options, ...calls, ...more, ...(modal ? modalNorm(norm, ids, body) : plainNorm(ids, body))];
}

function isSaving({ saving = [] }: BoundNorm<ProgramInterface>): boolean {
  return saving.length > 0;
}

/** The methods for training, where there are any. */
function methods(
  norm: BoundNorm<ProgramInterface>,
  ids: NormIdentifiers,
  keys: BackwardKeys,
  target: BindingsTarget,
  module: string,
): string {
  const { mode, dtype, tune } = keys;
  const own = { mode, dtype, ...(tune === undefined ? {} : { tune }) };
  const saving = isSaving(norm) ? savingMethod(norm, ids, own, module) : "";
  return saving + backwardMethod(norm, ids, keys, target, module);
}

/** What the object that creates a norm is written with. */
interface NormBody {
  readonly target: BindingsTarget;
  readonly doc: string;
  /** What the option of the mode is called. */
  readonly mode: string;
  /** The names of options that are not called as usual, as one more argument. */
  readonly extra: string;
  /** The methods that create what training needs. */
  readonly backward: string;
}

function docOf({ name, doc, clash }: BoundNorm<ProgramInterface>): string {
  const text = doc ?? `The norm ${name}.`;
  if (clash === undefined) return text;
  return joined(
    text,
    `Without a backward pass: \`${clash.name}\` is the name of the gradient of \`${clash.of}\` (N515).`,
  );
}

function plainNorm(ids: NormIdentifiers, { target, doc, extra, backward }: NormBody): Declaration[] {
  return [
    { kind: "type", name: ids.norm, doc, type: normType(ids, null, target) },
    {
      kind: "const",
      name: ids.norm,
      doc,
      value: `{
  /** Prepares it to run ${target.device.doc}. Errors name the axis, the expected extent and the one given. */
  create(${target.device.name}: ${target.device.type}, options: ${ids.options}): Promise<${ids.norm}> {
    return ${target.create}(${target.device.name}, ${ids.programs}, options${extra});
  },${backward}
}`,
    },
  ];
}

function modalNorm(norm: BoundNorm<ProgramInterface>, ids: NormIdentifiers, body: NormBody): Declaration[] {
  const { target, doc, mode: modeKey, extra, backward } = body;
  return [
    {
      kind: "interface",
      name: ids.modes,
      doc: `${norm.name} in each of its modes.`,
      members: norm.programs.map(({ mode }) => ({
        name: mode!,
        type: normType(ids, mode, target),
        optional: false,
        doc: "",
      })),
    },
    {
      kind: "type",
      name: ids.norm,
      doc,
      parameter: `M extends keyof ${ids.modes} = keyof ${ids.modes}`,
      type: `${ids.modes}[M]`,
    },
    {
      kind: "const",
      name: ids.norm,
      doc,
      value: `{
  /** Prepares it to run ${target.device.doc}. Errors name the axis, the expected extent and the one given. */
  create<M extends keyof ${ids.modes}>(
    ${target.device.name}: ${target.device.type},
    options: ${ids.options} & { readonly ${modeKey}: M },
  ): Promise<${ids.norm}<M>> {
    return ${target.create}(${target.device.name}, ${ids.programs}, options${extra});
  },${backward}
}`,
    },
  ];
}

/** The interfaces of `encode` and `run`. */
function describeCalls(
  norm: BoundNorm<ProgramInterface>,
  program: ProgramInterface,
  ids: NormIdentifiers,
  target: BindingsTarget,
): Declaration[] {
  const named = program.tensors.filter((tensor) => tensor.role !== "scratch");
  const names = ids.calls(program.mode);
  const member = (tensor: ProgramTensor, type: string, optional: boolean): Member => ({
    name: tensor.name,
    type,
    optional,
    doc: joined(norm.docs.get(tensor.name), described(program, tensor, optional)),
  });
  const mode = program.mode === null ? "" : ` in mode ${program.mode}`;
  const buffers: Declaration = {
    kind: "interface",
    name: names.buffers,
    doc: `Buffers for \`encode\`${mode}, each with the usage STORAGE.`,
    members: named.map((t) =>
      member(t, "GPUBuffer", t.role === "affine" || (t.role === "state" && !t.updated)),
    ),
  };
  return [
    ...(target.buffers ? [buffers] : []),
    {
      kind: "interface",
      name: names.feeds,
      doc: `Values for \`run\`${mode}, dense, the last axis fastest.`,
      members: named
        .filter((t) => t.role !== "output")
        .map((t) => member(t, "ArrayLike<number>", t.role !== "input")),
    },
    {
      kind: "interface",
      name: names.results,
      doc: `Results of \`run\`${mode}.`,
      members: named
        .filter((t) => t.role === "output" || t.updated)
        .map((t) => member(t, "Float32Array<ArrayBuffer>", false)),
    },
  ];
}

function normType(ids: NormIdentifiers, mode: Mode | null, target: BindingsTarget): string {
  const { buffers, feeds, results } = ids.calls(mode);
  return `${target.norm}<${target.buffers ? `${buffers}, ` : ""}${feeds}, ${results}>`;
}
