/** Source maps that lead from the declarations of a spec to the spec: "go to definition" lands in the `.norm` file. */
import { type Place, type Segment, type SourceMap, segmentMappings } from "../../compile/build/source-map.ts";
import type { Source, Span } from "../../language/diagnostics/diagnostic.ts";
import { positionAt } from "../../language/diagnostics/lines.ts";
import type { NormDecl, NormItem } from "../../language/syntax/ast.ts";
import { parse } from "../../language/syntax/parse.ts";

/**
 * Leads each line of a declaration file to what it declares: to a norm, tensor or param. Names have segments of their own,
 * since TypeScript takes the next segment where none begins at the name.
 * @param path the spec as the map names it: relative to the folder of the map.
 */
export function declarationMap(declarations: string, source: Source, path: string): SourceMap {
  const norms = parse(source, () => undefined).items.filter((one) => one.kind === "norm");
  let norm: NormDecl | undefined = norms[0];
  const lines = declarations.split("\n").map((line): Segment[] => {
    const [before = "", declared, member] =
      /^(?:export (?:declare )?(?:interface|type|const) (?=(\w+))| {2}readonly "?(?=(\w+)))/.exec(line) ?? [];
    if (declared !== undefined) norm = ownerOf(declared, norms) ?? norm;
    const span = (member !== undefined && norm && memberSpan(norm, member)) || norm?.name.span;
    const place = span === undefined ? { line: 0, column: 0 } : placeOf(span);
    const name = declared ?? member;
    const columns = name === undefined ? [0] : [0, before.length, before.length + name.length];
    return columns.map((column) => ({ column, place }));
  });
  return { version: 3, sources: [path], sourcesContent: [], names: [], mappings: segmentMappings(lines) };
}

/** `GroupNormSiLUOptions` belongs to GroupNormSiLU, not to GroupNorm. */
function ownerOf(declared: string, norms: readonly NormDecl[]): NormDecl | undefined {
  return norms
    .filter((one) => declared.startsWith(one.name.text))
    .sort((a, b) => b.name.text.length - a.name.text.length)[0];
}

/** Undefined for members that the spec does not name, such as `dtype`. A gradient leads to its tensor. */
function memberSpan(norm: NormDecl, member: string): Span | undefined {
  const named = norm.items.flatMap(declared);
  const found = named.find((one) => one.text === member) ?? named.find((one) => `d_${one.text}` === member);
  return found?.span;
}

function declared(item: NormItem): readonly { readonly text: string; readonly span: Span }[] {
  switch (item.kind) {
    case "param":
      return item.params.map((one) => one.name);
    case "tensors":
      return item.tensors.map((one) => one.name);
    case "define":
      return [item.name];
    case "mode":
      return item.statements.flatMap(declared);
    case "axes":
    case "output":
    case "update":
      return [];
  }
}

function placeOf({ source, start }: Span): Place {
  const { line, column } = positionAt(source, start);
  return { line: line - 1, column: column - 1 };
}
