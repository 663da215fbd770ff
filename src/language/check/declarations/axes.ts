/** The axes of a norm: their names and factors, and the axis that each name in brackets refers to. */

import type { GraphAxis, GraphFactor } from "../../../graph/tensor/graph.ts";
import { diagnostic, type Report, type Span } from "../../diagnostics/diagnostic.ts";
import { suggestion } from "../../diagnostics/suggestion.ts";
import type { AxisDecl, AxisRef, Name, NormDecl } from "../../syntax/ast.ts";

/** Far more axes than any device supports. Below this number, searching all axes for each name costs nothing. */
const maxAxes = 256;
export const maxExtent = 2 ** 31 - 1;

export function isExtent(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= maxExtent;
}

export function declareAxes(decl: NormDecl, report: Report): GraphAxis[] {
  const declared = decl.items.flatMap((item) => (item.kind === "axes" ? item.axes : []));
  const params = new Map(
    decl.items.flatMap((item) =>
      item.kind === "param" ? item.params.map((one) => [one.name.text, one.name.span] as const) : [],
    ),
  );
  const spans = new Map<string, Span>();
  const axes: GraphAxis[] = [];
  const take = (name: Name): boolean => {
    const first = spans.get(name.text);
    if (first !== undefined) {
      report(
        diagnostic("N302", `the axis \`${name.text}\` is declared twice`, name.span, {
          labels: [{ span: first, text: "first declared here" }],
        }),
      );
      return false;
    }
    spans.set(name.text, name.span);
    return true;
  };
  const fixed = fixedParts(decl);
  const ofPart = new Set(fixed.values());
  const extentOf = (name: string): { param: string } | null => (params.has(name) ? { param: name } : null);
  const partExtent = (name: string): GraphFactor["extent"] => {
    const own = fixed.get(name);
    return (own && fixedExtent(own, report)) ?? extentOf(name);
  };

  for (const one of declared.slice(0, maxAxes)) {
    if (ofPart.has(one)) continue;
    if (!take(one.axis.name)) continue;
    const name = one.axis.name.text;
    const variadic = one.axis.variadic;
    if (variadic) refuseExtent(one, params, report);
    const split = variadic ? undefined : one.factors?.filter(take);
    if (split !== undefined && params.has(name)) {
      const clash = `the param \`${name}\` has the name of an axis that is split`;
      report(
        diagnostic("N202", clash, params.get(name) as Span, {
          labels: [{ span: one.axis.span, text: "its extent follows from its parts" }],
          note: "a param with the name of a part is the extent of that part",
        }),
      );
    }
    const factors =
      split !== undefined && split.length > 0
        ? split.map((factor) => ({ name: factor.text, extent: partExtent(factor.text) }))
        : [{ name, extent: variadic ? null : (fixedExtent(one, report) ?? extentOf(name)) }];
    axes.push({ name, variadic, factors });
  }
  readLikes(declared, axes, report);
  if (declared.length > maxAxes) {
    const message = `a norm can have at most ${maxAxes} axes, and this one has ${declared.length}`;
    report(diagnostic("N104", message, declared[maxAxes].span));
  }
  return axes;
}

/** `D = C`: D is an axis of its own, with the extent of C. */
function readLikes(declared: readonly AxisDecl[], axes: GraphAxis[], report: Report): void {
  for (const { axis, like, span } of declared) {
    const at = axes.findIndex((one) => one.name === axis.name.text);
    if (like === undefined || at < 0 || axis.variadic) continue;
    const { name, factors } = axes[at];
    const found = resolveAxis({ name: like, variadic: false, span: like.span }, axes, report);
    if (found === undefined) continue;
    const [own] = factors;
    // Of two axes in a circle neither has an extent, and a chain of names says no more than its last one.
    const isLike = declared.some((one) => one.like !== undefined && one.axis.name.text === like.text);
    if (isLike || factors.length > 1 || own.extent !== null) {
      const why = isLike ? `\`${like.text}\` has that of another axis` : `\`${name}\` has an extent already`;
      report(diagnostic("N306", `\`${name}\` cannot have the extent of \`${like.text}\`: ${why}`, span));
    } else axes[at] = { name, variadic: false, factors: [{ name, extent: { axis: like.text } }] };
  }
}

/** `C = P * K, P = 2`: the declarations that fix the extent of a part of a split axis, by its name. */
export function fixedParts(decl: NormDecl): Map<string, AxisDecl> {
  const declared = decl.items.flatMap((item) => (item.kind === "axes" ? item.axes : []));
  const parts = new Set(
    declared.flatMap(({ axis, factors }) => (axis.variadic ? [] : (factors ?? []))).map((one) => one.text),
  );
  const fixed = new Map<string, AxisDecl>();
  for (const one of declared) {
    const name = one.axis.name.text;
    const fixes = one.extent !== undefined && !one.axis.variadic && parts.has(name) && !fixed.has(name);
    if (fixes) fixed.set(name, one);
  }
  return fixed;
}

/** `...S` stands for any number of axes, so it has no single extent to fix or split. */
function refuseExtent(one: AxisDecl, params: ReadonlyMap<string, Span>, report: Report): void {
  const name = one.axis.name.text;
  if (one.factors !== undefined || one.extent !== undefined || one.like !== undefined) {
    const what = one.factors === undefined ? "fixed" : "split";
    report(
      diagnostic("N306", `\`...${name}\` stands for any number of axes and cannot be ${what}`, one.span, {
        note: `declare a single axis for that: \`${one.span.source.text.slice(one.axis.name.span.start, one.span.end)}\``,
      }),
    );
  }
  const param = params.get(name);
  if (param === undefined) return;
  const message = `\`...${name}\` stands for any number of axes: no param can be its extent`;
  report(
    diagnostic("N306", message, param, { labels: [{ span: one.axis.span, text: "the axis of that name" }] }),
  );
}

function fixedExtent(one: AxisDecl, report: Report): number | null {
  if (one.extent === undefined) return null;
  const { value, span, text } = one.extent;
  if (isExtent(value)) return value;
  const message = `the extent of an axis must be a whole number from 1 to ${maxExtent}, found ${text}`;
  report(diagnostic("N105", message, span));
  return null;
}

/** The axes in brackets after a tensor; undefined if one of them is wrong. */
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
        diagnostic("N302", `the axis \`${ref.name.text}\` is listed twice in one tensor`, ref.span, {
          labels: [{ span: clash.span, text: "also here" }],
        }),
      );
      sound = false;
      continue;
    }
    for (const factor of found) used.set(factor, ref);
    if (ref.variadic && variadic !== undefined) {
      report(
        diagnostic("N305", `a tensor has at most one \`...\` axis, this one has a second`, ref.span, {
          labels: [{ span: variadic.span, text: "the first one" }],
          note: "with two, nobody could tell where one ends and the other begins",
        }),
      );
      sound = false;
    }
    if (ref.variadic) variadic = ref;
    dims.push(ref.name.text);
  }
  return sound ? dims : undefined;
}

/** The factors of an axis: its own if it is split, else the axis itself. */
export function resolveAxis(ref: AxisRef, axes: readonly GraphAxis[], report: Report): string[] | undefined {
  const name = ref.name.text;
  const axis = axes.find((one) => one.name === name);
  const isPart = axis === undefined && axes.some((one) => one.factors.some((part) => part.name === name));
  if (axis === undefined && !isPart) {
    const names = axes.flatMap((one) => [one.name, ...one.factors.map((part) => part.name)]);
    const offer = suggestion(name, [...new Set(names)], ref.name.span);
    report(diagnostic("N301", `there is no axis \`${name}\``, ref.span, offer));
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

/**
 * Names a set of factors as a user would. If all factors of an axis are there, it is named as that axis; `...S` has
 * dots.
 */
export function axisNames(axes: readonly GraphAxis[], factors: readonly string[]): string[] {
  return axes.flatMap((axis) => {
    const present = axis.factors.filter((one) => factors.includes(one.name)).map((one) => one.name);
    if (present.length < axis.factors.length) return present;
    return [axis.variadic ? `...${axis.name}` : axis.name];
  });
}

/** The factors of the axes in brackets. */
export function tensorFactors(
  { axes }: { readonly axes: readonly GraphAxis[] },
  dims: readonly string[],
): string[] {
  return dims.flatMap((dim) => {
    const axis = axes.find((one) => one.name === dim);
    return axis === undefined ? [dim] : axis.factors.map((one) => one.name);
  });
}
