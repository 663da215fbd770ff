/** The declarations of one norm: axes, params, tensors, equations by mode. Equations are not looked into yet. */
import { diagnostic, type Report, type Span } from "../diagnostics/diagnostic.ts";
import type { Mode } from "../program/program.ts";
import type {
  AxisDecl,
  AxisRef,
  Name,
  NormDecl,
  OutputDecl,
  ParamDecl,
  Statement,
  TensorDecl,
  TensorRole,
} from "../syntax/ast.ts";
import type { GraphAxis, GraphParam } from "../tensor/graph.ts";
import { constantValue } from "./constant.ts";
import { suggestion } from "./modules.ts";

export interface Declarations {
  readonly decl: NormDecl;
  axes: GraphAxis[];
  readonly params: ReadonlyMap<string, DeclaredParam>;
  readonly tensors: ReadonlyMap<string, DeclaredTensor>;
  readonly outputs: readonly DeclaredOutput[];
  /** Equations outside `on` blocks, and those of each mode. */
  readonly equations: ReadonlyMap<string, Equation>;
  readonly modeEquations: Readonly<Record<Mode, ReadonlyMap<string, Equation>>>;
  readonly updates: readonly Update[];
  readonly hasModes: boolean;
}

export interface DeclaredParam extends GraphParam {
  readonly doc?: string;
  readonly span: Span;
}

export interface DeclaredTensor {
  readonly name: string;
  readonly role: TensorRole;
  readonly dims: readonly string[];
  readonly initial?: number;
  readonly doc?: string;
  readonly span: Span;
}

export interface DeclaredOutput {
  readonly name: string;
  readonly dims?: readonly string[];
  readonly doc?: string;
  readonly span: Span;
}

export type Equation = Extract<Statement, { kind: "define" }>;
export type Update = Extract<Statement, { kind: "update" }>;

/** Names that the generated bindings use for themselves. */
const reserved = new Set(["mode", "dtype", "inf", "pi"]);

export function declare(decl: NormDecl, report: Report): Declarations {
  const axes = declareAxes(decl, report);
  const factors = new Set(axes.flatMap((one) => one.factors.map((factor) => factor.name)));
  const spans = new Map<string, Span>();
  const params = new Map<string, DeclaredParam>();
  const tensors = new Map<string, DeclaredTensor>();
  const outputs: DeclaredOutput[] = [];
  const equations = new Map<string, Equation>();
  const modeEquations = { train: new Map<string, Equation>(), infer: new Map<string, Equation>() };
  const modeNames = new Map<string, Span>();
  const updates: Update[] = [];
  let hasModes = false;

  function define(name: Name, known: ReadonlyMap<string, Span> = spans): boolean {
    const first = known.get(name.text);
    if (first !== undefined) {
      report(
        diagnostic("N202", `\`${name.text}\` is defined twice`, name.span, {
          labels: [{ span: first, text: "first defined here" }],
          note: "each name is defined once: give the second value a name of its own",
        }),
      );
      return false;
    }
    if (reserved.has(name.text)) {
      report(diagnostic("N208", `\`${name.text}\` is a name of the language or its bindings`, name.span));
    }
    return true;
  }

  for (const item of decl.items) {
    switch (item.kind) {
      case "axes":
        break;
      case "param":
        for (const one of item.params) {
          if (!define(one.name)) continue;
          spans.set(one.name.text, one.name.span);
          const param = declareParam(one, factors, report);
          if (param !== undefined) params.set(one.name.text, param);
        }
        break;
      case "tensors":
        for (const one of item.tensors) {
          if (!define(one.name)) continue;
          spans.set(one.name.text, one.name.span);
          const tensor = declareTensor(one, item.role, axes, report);
          if (tensor !== undefined) tensors.set(one.name.text, tensor);
        }
        break;
      case "output":
        for (const one of item.outputs) {
          const dims = one.dims === undefined ? undefined : resolveDims(one.dims, axes, report);
          if (outputs.some((other) => other.name === one.name.text)) {
            report(diagnostic("N202", `\`${one.name.text}\` is an output twice`, one.name.span));
          } else {
            outputs.push(declaredOutput(one, dims));
          }
        }
        break;
      case "define":
        if (!define(item.name) || !define(item.name, modeNames)) continue;
        spans.set(item.name.text, item.name.span);
        equations.set(item.name.text, item);
        break;
      case "update":
        report(
          diagnostic("N404", `the state \`${item.state.text}\` is written outside training`, item.span, {
            note: "states change only in an `on train { … }` block",
          }),
        );
        break;
      case "mode":
        hasModes = true;
        declareMode(item.mode, item.statements);
        break;
    }
  }

  function declareMode(mode: Name, statements: readonly Statement[]): void {
    if (mode.text !== "train" && mode.text !== "infer") {
      report(
        diagnostic(
          "N406",
          `there is no mode \`${mode.text}\``,
          mode.span,
          suggestion(mode.text, ["train", "infer"], mode.span),
        ),
      );
      return;
    }
    const own = modeEquations[mode.text];
    for (const one of statements) {
      if (one.kind === "define") {
        const twice = new Map([...own].map(([name, equation]) => [name, equation.name.span]));
        if (!define(one.name) || !define(one.name, twice)) continue;
        modeNames.set(one.name.text, one.name.span);
        own.set(one.name.text, one);
      } else if (mode.text === "infer") {
        report(
          diagnostic("N404", `the state \`${one.state.text}\` is written outside training`, one.span, {
            note: "states change only in an `on train { … }` block",
          }),
        );
      } else if (updates.some((other) => other.state.text === one.state.text)) {
        report(diagnostic("N410", `the state \`${one.state.text}\` is updated twice`, one.span));
      } else {
        updates.push(one);
      }
    }
  }

  if (![...tensors.values()].some((one) => one.role === "input")) {
    report(diagnostic("N407", `the norm \`${decl.name.text}\` has no input`, decl.name.span));
  }
  if (outputs.length === 0) {
    report(
      diagnostic("N407", `the norm \`${decl.name.text}\` has no output`, decl.name.span, {
        note: "name what it computes: `output y`",
      }),
    );
  }
  checkExtents(decl, axes, tensors, report);
  return { decl, axes, params, tensors, outputs, equations, modeEquations, updates, hasModes };
}

function declaredOutput(one: OutputDecl, dims: readonly string[] | undefined): DeclaredOutput {
  return {
    name: one.name.text,
    span: one.name.span,
    ...(dims === undefined ? {} : { dims }),
    ...(one.doc === undefined ? {} : { doc: one.doc }),
  };
}

function declareAxes(decl: NormDecl, report: Report): GraphAxis[] {
  const declared = decl.items.flatMap((item) => (item.kind === "axes" ? item.axes : []));
  const paramNames = new Set(
    decl.items.flatMap((item) => (item.kind === "param" ? item.params.map((one) => one.name.text) : [])),
  );
  const spans = new Map<string, Span>();
  const axes: GraphAxis[] = [];
  const take = (name: Name): boolean => {
    const first = spans.get(name.text);
    if (first === undefined) {
      spans.set(name.text, name.span);
      return true;
    }
    report(
      diagnostic("N302", `the axis \`${name.text}\` is declared twice`, name.span, {
        labels: [{ span: first, text: "first declared here" }],
      }),
    );
    return false;
  };
  const extentOf = (name: string): { param: string } | null =>
    paramNames.has(name) ? { param: name } : null;

  for (const one of declared) {
    if (!take(one.axis.name)) continue;
    const name = one.axis.name.text;
    const variadic = one.axis.variadic;
    if (one.factors !== undefined && variadic) {
      report(diagnostic("N306", `a variadic axis such as \`...${name}\` cannot be split`, one.span));
      continue;
    }
    if (one.factors !== undefined) {
      const factors = one.factors
        .filter(take)
        .map((factor) => ({ name: factor.text, extent: extentOf(factor.text) }));
      axes.push({ name, variadic, factors });
    } else {
      axes.push({ name, variadic, factors: [{ name, extent: fixedExtent(one, report) ?? extentOf(name) }] });
    }
  }
  return axes;
}

function fixedExtent(one: AxisDecl, report: Report): number | null {
  if (one.extent === undefined) return null;
  const { value, span } = one.extent;
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 31) return value;
  report(diagnostic("N105", `the extent of an axis is a whole number from 1, not ${one.extent.text}`, span));
  return null;
}

function declareParam(
  one: ParamDecl,
  factors: ReadonlySet<string>,
  report: Report,
): DeclaredParam | undefined {
  const initial = constantValue(one.value, report);
  if (initial === undefined) return undefined;
  const kind = factors.has(one.name.text) ? "extent" : "number";
  if (kind === "extent" && !(Number.isInteger(initial) && initial >= 1 && initial < 2 ** 31)) {
    report(
      diagnostic(
        "N105",
        `\`${one.name.text}\` is the extent of an axis: a whole number from 1`,
        one.value.span,
      ),
    );
    return undefined;
  }
  if (!Number.isFinite(Math.fround(initial))) {
    report(
      diagnostic("N105", `the default of \`${one.name.text}\` does not fit a 32-bit float`, one.value.span),
    );
    return undefined;
  }
  return {
    name: one.name.text,
    initial,
    kind,
    span: one.name.span,
    ...(one.doc === undefined ? {} : { doc: one.doc }),
  };
}

function declareTensor(
  one: TensorDecl,
  role: TensorRole,
  axes: readonly GraphAxis[],
  report: Report,
): DeclaredTensor | undefined {
  const dims = resolveDims(one.dims, axes, report);
  if (dims === undefined) return undefined;
  const initial = one.initial === undefined ? undefined : constantValue(one.initial, report);
  if (role !== "input" && one.initial === undefined) {
    report(
      diagnostic("N408", `the ${role} \`${one.name.text}\` needs an initial value`, one.span, {
        note: `write it behind the tensor: \`${one.name.text}[…] = 0\``,
      }),
    );
  }
  return {
    name: one.name.text,
    role,
    dims,
    span: one.name.span,
    ...(initial === undefined ? {} : { initial }),
    ...(one.doc === undefined ? {} : { doc: one.doc }),
  };
}

/** The axes in brackets behind a tensor; undefined if one of them is wrong. */
export function resolveDims(
  refs: readonly AxisRef[],
  axes: readonly GraphAxis[],
  report: Report,
): string[] | undefined {
  const dims: string[] = [];
  const used = new Map<string, AxisRef>();
  let variadic: AxisRef | undefined;
  let sound = true;
  for (const ref of refs) {
    const found = resolveAxis(ref, axes, report);
    if (found === undefined) {
      sound = false;
      continue;
    }
    const clash = found.map((factor) => used.get(factor)).find((one) => one !== undefined);
    if (clash !== undefined) {
      report(
        diagnostic("N302", `the axis \`${ref.name.text}\` stands twice in one tensor`, ref.span, {
          labels: [{ span: clash.span, text: "also here" }],
        }),
      );
      sound = false;
      continue;
    }
    for (const factor of found) used.set(factor, ref);
    if (ref.variadic && variadic !== undefined) {
      report(
        diagnostic("N305", "a tensor has at most one variadic axis", ref.span, {
          labels: [{ span: variadic.span, text: "the first one" }],
        }),
      );
      sound = false;
    }
    if (ref.variadic) variadic = ref;
    dims.push(ref.name.text);
  }
  return sound ? dims : undefined;
}

/** The factors that an axis stands for: its own if it is split, itself otherwise. */
export function resolveAxis(ref: AxisRef, axes: readonly GraphAxis[], report: Report): string[] | undefined {
  const name = ref.name.text;
  const axis = axes.find((one) => one.name === name);
  const factor = axes.flatMap((one) => one.factors).find((one) => one.name === name);
  if (axis === undefined && factor === undefined) {
    const names = axes.flatMap((one) => [one.name, ...one.factors.map((part) => part.name)]);
    report(
      diagnostic(
        "N301",
        `there is no axis \`${name}\``,
        ref.span,
        suggestion(name, [...new Set(names)], ref.name.span),
      ),
    );
    return undefined;
  }
  const variadic = axis?.variadic ?? false;
  if (variadic !== ref.variadic) {
    const right = variadic ? `...${name}` : name;
    const what = variadic ? "stands for any number of axes" : "is a single axis";
    report(
      diagnostic("N301", `\`${name}\` ${what}: write \`${right}\``, ref.span, {
        fix: { title: `write \`${right}\``, span: ref.span, replacement: right },
      }),
    );
  }
  return axis === undefined ? [name] : axis.factors.map((one) => one.name);
}

/** Every extent must follow from the inputs, a param or a number. */
function checkExtents(
  decl: NormDecl,
  axes: readonly GraphAxis[],
  tensors: ReadonlyMap<string, DeclaredTensor>,
  report: Report,
): void {
  const inputs = [...tensors.values()].filter((one) => one.role === "input").flatMap((one) => one.dims);
  const spanOf = (name: string): Span =>
    decl.items
      .flatMap((item) => (item.kind === "axes" ? item.axes : []))
      .flatMap((one) => [one.axis.name, ...(one.factors ?? [])])
      .find((one) => one.text === name)?.span ?? decl.name.span;
  for (const axis of axes) {
    const open = axis.factors.filter((one) => one.extent === null && !inputs.includes(one.name));
    if (open.length === 0) continue;
    if (open.length === 1 && inputs.includes(axis.name)) continue;
    if (open.length > 1 && inputs.includes(axis.name)) {
      const names = open.map((one) => `\`${one.name}\``).join(" and ");
      report(
        diagnostic(
          "N308",
          `the extents of ${names} do not follow from \`${axis.name}\``,
          spanOf(open[0].name),
          {
            note: `give all but one of them by a param: \`param ${open[0].name} = 32\``,
          },
        ),
      );
    } else {
      report(
        diagnostic("N308", `no input has the axis \`${open[0].name}\``, spanOf(open[0].name), {
          note: "the extents of all axes come from the inputs, from params, or are fixed: `axes M = 3`",
        }),
      );
    }
  }
}
