/** The declarations of one norm: axes, params, tensors, equations by mode. Equations are not looked into yet. */

import type { GraphAxis } from "../../../graph/tensor/graph.ts";
import type { Mode } from "../../../program/program.ts";
import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { Name, NormDecl, Statement } from "../../syntax/ast.ts";
import { maxDiagnostics } from "../../syntax/limits.ts";
import { declareAxes } from "./axes.ts";
import { checkExtents } from "./known-extents.ts";
import {
  type DeclaredOutput,
  type DeclaredParam,
  type DeclaredTensor,
  declareOutput,
  declareParam,
  declareTensor,
} from "./tensors.ts";

export interface Declarations {
  readonly decl: NormDecl;
  readonly axes: readonly GraphAxis[];
  readonly params: ReadonlyMap<string, DeclaredParam>;
  readonly tensors: ReadonlyMap<string, DeclaredTensor>;
  /** Params and tensors that are declared wrongly: what uses them says nothing more. */
  readonly broken: ReadonlySet<string>;
  readonly outputs: readonly DeclaredOutput[];
  /** Equations outside `on` blocks, and those of each mode. */
  readonly equations: ReadonlyMap<string, Equation>;
  readonly modeEquations: Readonly<Record<Mode, ReadonlyMap<string, Equation>>>;
  readonly updates: readonly Update[];
  readonly hasModes: boolean;
}

export type Equation = Extract<Statement, { kind: "define" }>;
export type Update = Extract<Statement, { kind: "update" }>;

const reserved = new Map([
  ["inf", "the constant infinity"],
  ["pi", "the constant 3.14159…"],
  ["mode", "an option of the generated code"],
  ["dtype", "an option of the generated code"],
]);

export function declare(decl: NormDecl, tell: Report): Declarations {
  let told = 0;
  const report: Report = (one) => {
    told += 1;
    if (told <= maxDiagnostics) tell(one);
  };
  const axes = declareAxes(decl, report);
  const factors = new Set(axes.flatMap((one) => one.factors.map((factor) => factor.name)));
  /** Names of params, tensors and equations outside `on` blocks. */
  const spans = new Map<string, Span>();
  const modeSpans = { train: new Map<string, Span>(), infer: new Map<string, Span>() };
  const params = new Map<string, DeclaredParam>();
  const tensors = new Map<string, DeclaredTensor>();
  const broken = new Set<string>();
  const outputs = new Map<string, DeclaredOutput>();
  const outputSpans = new Map<string, Span>();
  const equations = new Map<string, Equation>();
  const modeEquations = { train: new Map<string, Equation>(), infer: new Map<string, Equation>() };
  const updates = new Map<string, Update>();
  const inputDims = new Set<string>();
  let hasInput = false;
  let soundInputs = true;
  let hasModes = false;

  function define(name: Name, ...known: readonly ReadonlyMap<string, Span>[]): boolean {
    const first = known.map((one) => one.get(name.text)).find((one) => one !== undefined);
    if (first !== undefined) {
      report(
        diagnostic("N202", `\`${name.text}\` is defined twice`, name.span, {
          labels: [{ span: first, text: "first defined here" }],
          note: "each name is defined once: give the second one a name of its own",
        }),
      );
      return false;
    }
    const meaning = reserved.get(name.text);
    if (meaning !== undefined) {
      report(
        diagnostic("N208", `\`${name.text}\` is reserved: it is ${meaning}`, name.span, {
          note: "choose another name",
        }),
      );
    }
    return true;
  }

  for (const item of decl.items) {
    switch (item.kind) {
      case "axes":
        break;
      case "param":
        for (const one of item.params) {
          if (told >= maxDiagnostics || !define(one.name, spans)) continue;
          spans.set(one.name.text, one.name.span);
          const param = declareParam(one, factors, report);
          if (param === undefined) broken.add(one.name.text);
          else params.set(one.name.text, param);
        }
        break;
      case "tensors":
        for (const one of item.tensors) {
          if (item.role === "input") hasInput = true;
          if (told >= maxDiagnostics || !define(one.name, spans)) continue;
          spans.set(one.name.text, one.name.span);
          const tensor = declareTensor(one, item.role, axes, report);
          if (tensor === undefined) broken.add(one.name.text);
          else tensors.set(one.name.text, tensor);
          if (item.role !== "input") continue;
          if (tensor === undefined) soundInputs = false;
          for (const dim of tensor?.dims ?? []) inputDims.add(dim);
        }
        break;
      case "output":
        for (const one of item.outputs) {
          if (told >= maxDiagnostics) break;
          const first = outputSpans.get(one.name.text);
          if (first !== undefined) {
            report(
              diagnostic("N202", `\`${one.name.text}\` is an output twice`, one.name.span, {
                labels: [{ span: first, text: "already here" }],
              }),
            );
            continue;
          }
          outputSpans.set(one.name.text, one.name.span);
          const output = declareOutput(one, axes, report);
          if (output !== undefined) outputs.set(one.name.text, output);
        }
        break;
      case "define":
        if (!define(item.name, spans, modeSpans.train, modeSpans.infer)) continue;
        spans.set(item.name.text, item.name.span);
        equations.set(item.name.text, item);
        break;
      case "update":
        reportWrittenOutside(item.state, item.span);
        break;
      case "mode":
        hasModes = true;
        declareMode(item.mode, item.statements);
        break;
    }
  }

  function reportWrittenOutside(state: Name, span: Span): void {
    report(
      diagnostic("N404", `\`${state.text}\` is written outside training`, span, {
        note: "states change only in an `on train { … }` block",
      }),
    );
  }

  function declareMode(mode: Name, statements: readonly Statement[]): void {
    if (mode.text !== "train" && mode.text !== "infer") {
      const modes = ["train", "infer"];
      const offer = { note: "the modes are `train` and `infer`", ...suggestion(mode.text, modes, mode.span) };
      report(diagnostic("N406", `there is no mode \`${mode.text}\``, mode.span, offer));
      return;
    }
    const own = modeSpans[mode.text];
    for (const one of statements) {
      if (one.kind === "define") {
        if (!define(one.name, spans, own)) continue;
        own.set(one.name.text, one.name.span);
        modeEquations[mode.text].set(one.name.text, one);
      } else if (mode.text === "infer") {
        reportWrittenOutside(one.state, one.span);
      } else if (updates.has(one.state.text)) {
        report(diagnostic("N410", `the state \`${one.state.text}\` is updated twice`, one.span));
      } else {
        updates.set(one.state.text, one);
      }
    }
  }

  if (!hasInput) {
    report(
      diagnostic("N407", `the norm \`${decl.name.text}\` has no input`, decl.name.span, {
        note: "declare what it works on: `input x[N, C]`",
      }),
    );
  }
  if (outputSpans.size === 0) {
    report(
      diagnostic("N407", `the norm \`${decl.name.text}\` has no output`, decl.name.span, {
        note: "name what it computes: `output y`",
      }),
    );
  }
  // Without sound inputs nothing is known of extents, and that was told already.
  if (hasInput && soundInputs) checkExtents(decl, axes, inputDims, report);
  return {
    decl,
    axes,
    params,
    tensors,
    broken,
    outputs: [...outputs.values()],
    equations,
    modeEquations,
    updates: [...updates.values()],
    hasModes,
  };
}
