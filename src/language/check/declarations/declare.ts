/** The declarations of one norm: axes, params, tensors, equations by mode. Equations are not read yet. */

import type { GraphAxis } from "../../../graph/tensor/graph.ts";
import type { Mode } from "../../../program/program.ts";
import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import { type LimitedReport, reportUpTo } from "../../diagnostics/reports.ts";
import type { NormDecl } from "../../syntax/ast.ts";
import { maxDiagnostics } from "../../syntax/limits.ts";
import { declareAxes } from "./axes.ts";
import { type Block, type Definition, definitionsIn, type Equation, firstOfEachName } from "./definitions.ts";
import type { InitialNames } from "./initial.ts";
import { checkExtents } from "./known-extents.ts";
import {
  type DeclaredOutput,
  type DeclaredParam,
  type DeclaredTensor,
  declareOutput,
  declareParam,
  declareTensor,
} from "./tensors.ts";
import { declareModes, declareUpdates, type Updates } from "./updates.ts";

export interface Declarations {
  readonly decl: NormDecl;
  readonly axes: readonly GraphAxis[];
  readonly params: ReadonlyMap<string, DeclaredParam>;
  readonly tensors: ReadonlyMap<string, DeclaredTensor>;
  /** Params and tensors with wrong declarations. Their uses cause no further messages. */
  readonly broken: ReadonlySet<string>;
  readonly outputs: readonly DeclaredOutput[];
  /** Equations outside `on` blocks, and the equations of each mode. */
  readonly equations: ReadonlyMap<string, Equation>;
  readonly modeEquations: Readonly<Record<Mode, ReadonlyMap<string, Equation>>>;
  /** The equations of `on backward`. */
  readonly backwardEquations: ReadonlyMap<string, Equation>;
  readonly updates: Updates;
  readonly hasModes: boolean;
}

export function declare(decl: NormDecl, tell: Report): Declarations {
  const limited = reportUpTo(maxDiagnostics, tell);
  const { report } = limited;
  const axes = declareAxes(decl, report);
  const defined = firstOfEachName(definitionsIn(decl), report);
  const params = declareParams(defined, axes, limited);
  const names = { axes, params: new Set([...params.sound.keys(), ...params.broken]) };
  const tensors = declareTensors(defined, names, limited);
  const outputs = declareOutputs(decl, axes, limited);
  const hasModes = declareModes(decl, report);
  const updates = declareUpdates(decl, report);
  requireInputAndOutput(decl, report);
  checkKnownExtents(decl, axes, defined, tensors.sound, report);
  return {
    decl,
    axes,
    params: params.sound,
    tensors: tensors.sound,
    broken: new Set([...params.broken, ...tensors.broken]),
    outputs,
    equations: equationsOf(defined, null),
    modeEquations: { train: equationsOf(defined, "train"), infer: equationsOf(defined, "infer") },
    backwardEquations: equationsOf(defined, "backward"),
    updates,
    hasModes,
  };
}

interface Declared<T> {
  readonly sound: ReadonlyMap<string, T>;
  readonly broken: readonly string[];
}

function declareParams(
  defined: readonly Definition[],
  axes: readonly GraphAxis[],
  { report, isFull }: LimitedReport,
): Declared<DeclaredParam> {
  const factors = new Set(axes.flatMap((one) => one.factors.map((factor) => factor.name)));
  const params = defined.filter((one) => one.kind === "param");
  return declareEach(params, isFull, ({ decl }) => declareParam(decl, factors, report));
}

function declareTensors(
  defined: readonly Definition[],
  names: InitialNames,
  { report, isFull }: LimitedReport,
): Declared<DeclaredTensor> {
  const tensors = defined.filter((one) => one.kind === "tensor");
  return declareEach(tensors, isFull, ({ decl, role }) => declareTensor(decl, role, names, report));
}

/** Declarations after the last reported diagnostic are in neither map: the norm will not be built anyway. */
function declareEach<D extends Definition, T>(
  definitions: readonly D[],
  isFull: () => boolean,
  declareOne: (one: D) => T | undefined,
): Declared<T> {
  const sound = new Map<string, T>();
  const broken: string[] = [];
  for (const one of definitions) {
    if (isFull()) break;
    const { text } = one.decl.name;
    const declared = declareOne(one);
    if (declared === undefined) broken.push(text);
    else sound.set(text, declared);
  }
  return { sound, broken };
}

function declareOutputs(
  decl: NormDecl,
  axes: readonly GraphAxis[],
  { report, isFull }: LimitedReport,
): DeclaredOutput[] {
  const spans = new Map<string, Span>();
  const outputs: DeclaredOutput[] = [];
  for (const one of decl.items.flatMap((item) => (item.kind === "output" ? item.outputs : []))) {
    if (isFull()) break;
    const { text, span } = one.name;
    const first = spans.get(text);
    if (first !== undefined) {
      const labels = [{ span: first, text: "already here" }];
      report(diagnostic("N202", `\`${text}\` is an output twice`, span, { labels }));
      continue;
    }
    spans.set(text, span);
    const output = declareOutput(one, axes, report);
    if (output !== undefined) outputs.push(output);
  }
  return outputs;
}

function equationsOf(defined: readonly Definition[], block: Block | null): ReadonlyMap<string, Equation> {
  return new Map(
    defined.flatMap((one) =>
      one.kind === "equation" && one.block === block ? [[one.decl.name.text, one.decl] as const] : [],
    ),
  );
}

function requireInputAndOutput(decl: NormDecl, report: Report): void {
  const { text, span } = decl.name;
  if (!definitionsIn(decl).some(isInput)) {
    const note = "declare what it works on: `input x[N, C]`";
    report(diagnostic("N407", `the norm \`${text}\` has no input`, span, { note }));
  }
  if (!decl.items.some((item) => item.kind === "output" && item.outputs.length > 0)) {
    const note = "name what it computes: `output y`";
    report(diagnostic("N407", `the norm \`${text}\` has no output`, span, { note }));
  }
}

/** Without correct tensors no extents are known, and their mistakes are already reported. */
function checkKnownExtents(
  decl: NormDecl,
  axes: readonly GraphAxis[],
  defined: readonly Definition[],
  tensors: ReadonlyMap<string, DeclaredTensor>,
  report: Report,
): void {
  const declared = defined.flatMap((one) => (one.kind === "tensor" ? [tensors.get(one.decl.name.text)] : []));
  if (!defined.some(isInput) || declared.includes(undefined)) return;
  checkExtents(decl, axes, new Set(declared.flatMap((one) => one?.dims ?? [])), report);
}

function isInput(one: Definition): boolean {
  return one.kind === "tensor" && one.role === "input";
}
