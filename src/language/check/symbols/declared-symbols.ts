/** The symbols of norms and functions, with or without mistakes. */

import type { AxisDecl, AxisRef, Expr, FunctionDecl, NormDecl } from "../../syntax/ast.ts";
import { fixedParts } from "../declarations/axes.ts";
import type { Declarations } from "../declarations/declare.ts";
import { type Definition, definitionsIn } from "../declarations/definitions.ts";
import type { Facts } from "./facts.ts";
import type {
  AxisSymbol,
  EquationSymbol,
  FactorSymbol,
  FunctionSymbol,
  NormSymbol,
  ParamSymbol,
  TensorSymbol,
} from "./symbol.ts";

export function functionSymbol(decl: FunctionDecl, builtIn: boolean): FunctionSymbol {
  const { name, parameters, span } = decl;
  return {
    kind: "function",
    name: name.text,
    nameSpan: name.span,
    span,
    ...docOf(decl),
    signature: `${name.text}(${parameters.map((one) => one.text).join(", ")})`,
    parameters: parameters.map((one) => ({
      kind: "parameter",
      name: one.text,
      nameSpan: one.span,
      span: one.span,
    })),
    builtIn,
  };
}

/** `declarations` is undefined for the second of two norms with one name, which is not checked. */
export function normSymbol(decl: NormDecl, declarations: Declarations | undefined, facts: Facts): NormSymbol {
  const fixed = fixedParts(decl);
  const ofPart = new Set(fixed.values());
  const axes = decl.items
    .flatMap((item) => (item.kind === "axes" ? item.axes : []))
    .filter((one) => !ofPart.has(one))
    .map((one) => axisSymbol(one, fixed));
  const defined = definitionsIn(decl);
  const extents = new Set(axes.flatMap(extentNames));
  const params = defined.flatMap((one) =>
    one.kind === "param" ? paramSymbol(one, extents, declarations) : [],
  );
  const tensors = defined.flatMap((one) => (one.kind === "tensor" ? tensorSymbol(one, declarations) : []));
  const outputs = outputDocs(decl);
  const equations = defined.flatMap((one) =>
    one.kind === "equation" ? equationSymbol(one, outputs, facts) : [],
  );
  return {
    kind: "norm",
    name: decl.name.text,
    nameSpan: decl.name.span,
    span: decl.span,
    ...docOf(decl),
    signature: signatureOf(decl.name.text, params, tensors, [...outputs.keys()]),
    axes,
    params,
    tensors,
    equations,
  };
}

function axisSymbol(
  { axis, factors = [], extent, span }: AxisDecl,
  fixed: ReadonlyMap<string, AxisDecl>,
): AxisSymbol {
  const name = axis.name.text;
  return {
    kind: "axis",
    name,
    nameSpan: axis.name.span,
    span,
    variadic: axis.variadic,
    factors: factors.map((one): FactorSymbol => {
      const own = fixed.get(one.text)?.extent;
      return {
        kind: "factor",
        name: one.text,
        nameSpan: one.span,
        span: one.span,
        axis: name,
        ...(own === undefined ? {} : { extent: own.value }),
      };
    }),
    ...(extent === undefined ? {} : { extent: extent.value }),
  };
}

/** A param with one of these names is an extent. */
function extentNames({ name, factors }: AxisSymbol): string[] {
  return factors.length > 0 ? factors.map((one) => one.name) : [name];
}

function paramSymbol(
  { decl }: Extract<Definition, { kind: "param" }>,
  extents: ReadonlySet<string>,
  declarations: Declarations | undefined,
): ParamSymbol {
  const { name, value, span } = decl;
  const initial = declarations?.params.get(name.text)?.initial;
  return {
    kind: "param",
    name: name.text,
    nameSpan: name.span,
    span,
    ...docOf(decl),
    ...(value.kind === "gap" ? {} : { defaultText: textOf(value) }),
    ...(initial === undefined ? {} : { default: initial }),
    ...(extents.has(name.text) ? { extentOf: name.text } : {}),
  };
}

function tensorSymbol(
  { decl, role }: Extract<Definition, { kind: "tensor" }>,
  declarations: Declarations | undefined,
): TensorSymbol {
  const { name, dims, dimsBroken, dtype, span } = decl;
  const initial = declarations?.tensors.get(name.text)?.initial;
  return {
    kind: "tensor",
    role,
    name: name.text,
    nameSpan: name.span,
    span,
    ...docOf(decl),
    ...(dimsBroken ? {} : { dims: dims.map(axisText) }),
    ...(dtype === undefined ? {} : { dtype: dtype.text }),
    ...(typeof initial === "number" ? { initial } : {}),
  };
}

function equationSymbol(
  { decl, block }: Extract<Definition, { kind: "equation" }>,
  outputs: ReadonlyMap<string, string | undefined>,
  facts: Facts,
): EquationSymbol {
  const { name, value, span } = decl;
  const [fact] = facts.of(value);
  const doc = outputs.get(name.text);
  return {
    kind: "equation",
    mode: block,
    name: name.text,
    nameSpan: name.span,
    span,
    ...(doc === undefined ? {} : { doc }),
    isOutput: outputs.has(name.text),
    ...(fact === undefined ? {} : { axes: fact.axes }),
  };
}

/** An output is documented in its `output` line. */
function outputDocs(decl: NormDecl): Map<string, string | undefined> {
  const outputs = decl.items.flatMap((item) => (item.kind === "output" ? item.outputs : []));
  return new Map(outputs.map((one) => [one.name.text, one.doc]));
}

function signatureOf(
  name: string,
  params: readonly ParamSymbol[],
  tensors: readonly TensorSymbol[],
  outputs: readonly string[],
): string {
  const texts = (role: TensorSymbol["role"]): string[] =>
    tensors.filter((one) => one.role === role).map(tensorText);
  const settings = [
    ...texts("affine"),
    ...texts("state"),
    ...params.map((one) => `${one.name} = ${one.defaultText ?? "?"}`),
  ];
  const behind = settings.length === 0 ? "" : `; ${settings.join(", ")}`;
  const result = outputs.length === 0 ? "" : ` -> ${outputs.join(", ")}`;
  return `${name}(${texts("input").join(", ")}${behind})${result}`;
}

function tensorText({ name, dims = ["?"], dtype }: TensorSymbol): string {
  const head = dims.length === 0 ? name : `${name}[${dims.join(", ")}]`;
  return dtype === undefined ? head : `${head}: ${dtype}`;
}

function axisText(ref: AxisRef): string {
  return ref.variadic ? `...${ref.name.text}` : ref.name.text;
}

function textOf({ span }: Expr): string {
  return span.source.text.slice(span.start, span.end);
}

function docOf({ doc }: { readonly doc?: string }): { readonly doc?: string } {
  return doc === undefined ? {} : { doc };
}
