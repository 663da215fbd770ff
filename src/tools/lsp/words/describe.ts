/** Symbols in words: as Markdown where the cursor rests on one, and as a line beside a completion. */
import { parseOnce } from "../../../language/check/modules/parse-once.ts";
import { inside } from "../../../language/check/symbols/queries.ts";
import type {
  AxisSymbol,
  FactorSymbol,
  FileSymbols,
  FunctionSymbol,
  NormSymbol,
  SpecSymbol,
} from "../../../language/check/symbols/symbol.ts";
import type { FileItem, NormDecl } from "../../../language/syntax/ast.ts";
import { textOf } from "../text/ranges.ts";

export function code(text: string): string {
  return `\`\`\`norm\n${text}\n\`\`\``;
}

/** Parts of a hover, without those that are missing. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((one) => one !== undefined && one !== "").join("\n\n");
}

/** How a symbol is declared, in one line. */
export function declarationOf(symbol: SpecSymbol): string {
  switch (symbol.kind) {
    case "norm":
      return `norm ${symbol.signature}`;
    case "function":
      return `fn ${functionText(symbol)}`;
    case "parameter":
      return symbol.name;
    case "axis":
      return `axes ${axisText(symbol)}`;
    case "factor":
      return `factor ${symbol.name} of ${symbol.axis}${symbol.extent === undefined ? "" : ` = ${symbol.extent}`}`;
    case "param":
      return `param ${symbol.name} = ${symbol.defaultText ?? "?"}`;
    case "tensor":
      return `${symbol.role} ${textOf(symbol.span)}`;
    case "equation":
      return `${symbol.name}${axesText(symbol.axes)}`;
  }
}

/** `[N, C]`; nothing for a single number, or where a mistake hides the axes. */
export function axesText(axes: readonly string[] | undefined): string {
  return axes === undefined || axes.length === 0 ? "" : `[${axes.join(", ")}]`;
}

function axisText({ name, variadic, factors, extent }: AxisSymbol): string {
  const split = factors.length === 0 ? "" : ` = ${factors.map((one) => one.name).join(" * ")}`;
  return `${variadic ? "..." : ""}${name}${split}${extent === undefined ? "" : ` = ${extent}`}`;
}

/** With its body, which is a single expression. */
function functionText(fn: FunctionSymbol): string {
  const decl = declaredAt(fn);
  return decl?.kind === "function" ? `${fn.signature} = ${textOf(decl.body.span)}` : fn.signature;
}

function declaredAt({ nameSpan }: SpecSymbol): FileItem | undefined {
  return parseOnce(nameSpan.source).file.items.find(
    (one) => one.kind !== "import" && one.name.span.start === nameSpan.start,
  );
}

/** The equations of a norm as they are written. */
export function equationsOf(norm: NormSymbol): string {
  const decl = declaredAt(norm);
  return decl?.kind === "norm" ? statementsIn(decl).join("\n") : "";
}

function statementsIn(decl: NormDecl): string[] {
  return decl.items.flatMap((item) => {
    if (item.kind !== "define" && item.kind !== "update" && item.kind !== "mode") return [];
    return dedented(textOf(item.span), indentOf(item.span));
  });
}

function indentOf({
  source,
  start,
}: {
  readonly source: { readonly text: string };
  readonly start: number;
}): number {
  return start - (source.text.lastIndexOf("\n", start - 1) + 1);
}

/** The lines of a text whose first line began in a column. */
function dedented(text: string, column: number): string[] {
  return text
    .split(/\r?\n/)
    .map((line, i) => (i > 0 && /^\s*$/.test(line.slice(0, column)) ? line.slice(column) : line));
}

/** What a hover says of a symbol. @param file the file that is asked about. */
export function describe(symbol: SpecSymbol, file: FileSymbols): string {
  switch (symbol.kind) {
    case "norm": {
      const equations = equationsOf(symbol);
      return paragraphs(
        code(declarationOf(symbol)),
        symbol.doc,
        equations === "" ? undefined : code(equations),
      );
    }
    case "function":
      return paragraphs(
        code(declarationOf(symbol)),
        symbol.doc,
        symbol.builtIn ? "A function of the language." : undefined,
      );
    case "parameter":
      return paragraphs(code(declarationOf(symbol)), "A parameter of the function.");
    case "axis":
    case "factor":
      return paragraphs(code(declarationOf(symbol)), extentText(symbol, normAround(file, symbol)));
    case "param": {
      const extent =
        symbol.extentOf === undefined ? undefined : `The extent of the axis \`${symbol.extentOf}\`.`;
      return paragraphs(code(declarationOf(symbol)), symbol.doc, extent);
    }
    case "tensor":
      return paragraphs(code(declarationOf(symbol)), symbol.doc);
    case "equation": {
      const where = symbol.mode === null ? "" : ` (on ${symbol.mode})`;
      const role = symbol.isOutput ? `An output${where}.` : where === "" ? undefined : `An equation${where}.`;
      return paragraphs(code(declarationOf(symbol)), symbol.doc, role, code(textOf(symbol.span)));
    }
  }
}

function normAround(file: FileSymbols, symbol: SpecSymbol): NormSymbol | undefined {
  const found = file.symbols.find((one) => inside(one).includes(symbol));
  return found?.kind === "norm" ? found : undefined;
}

/** Where the extent of an axis comes from. */
function extentText(symbol: AxisSymbol | FactorSymbol, norm: NormSymbol | undefined): string {
  const { name, extent } = symbol;
  if (extent !== undefined) return `Its extent is ${extent}.`;
  if (symbol.kind === "axis" && symbol.variadic) return "Any number of axes, also none.";
  if (symbol.kind === "axis" && symbol.factors.length > 0) {
    const factors = symbol.factors.map((one) => `\`${one.name}\``);
    return `Its extent is the product of those of ${factors.join(" and ")}.`;
  }
  const param = norm?.params.find((one) => one.name === name);
  if (param !== undefined)
    return `Its extent is the param \`${name}\`, ${param.defaultText ?? "?"} by default.`;
  const tensor = norm?.tensors.find((one) => one.dims?.includes(name));
  if (tensor !== undefined) return `Its extent comes from \`${tensor.name}${axesText(tensor.dims)}\`.`;
  if (symbol.kind === "factor")
    return `Its extent follows from that of \`${symbol.axis}\` and the other factors.`;
  return "";
}
