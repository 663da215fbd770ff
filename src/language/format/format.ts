/** Prints a file in canonical form. Only for files without syntax errors, because other trees have gaps. */
import type { File, FileItem, Name, NormItem, Statement } from "../syntax/ast.ts";
import { alignment, type Columns, nameOf } from "./columns.ts";
import { type Margin, marginOf, type Part, type Printed, sequence, withRemark } from "./comments.ts";
import { formatList, type ListElement } from "./lists.ts";
import { formatAxis, formatDims, formatEquation, formatExpression } from "./print-expression.ts";

const width = 110;
const oneLineWidth = 100;
const step = "  ";

export function format(file: File): string {
  const margin = marginOf(file);
  const parts = file.items.map((item) => ({ span: item.span, print: () => fileItem(margin, item) }));
  const lines = sequence(margin, parts, 0, file.source.text.length + 1, "");
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function fileItem(margin: Margin, item: FileItem): Printed {
  const lifted = margin.between(item.span.start, item.span.end);
  switch (item.kind) {
    case "import": {
      const names = item.names.map(({ name, alias }) =>
        alias === undefined ? name.text : `${name.text} as ${alias.text}`,
      );
      if (item.from === undefined) throw new Error("a file with a syntax error has no canonical form");
      return { lines: [`import { ${names.join(", ")} } from "${item.from.path}"`], lifted };
    }
    case "function": {
      const head = `fn ${item.name.text}(${item.parameters.map((one) => one.text).join(", ")}) =`;
      return { lines: formatEquation(head, item.body, "", width), lifted };
    }
    case "norm": {
      const columns = alignment(margin, item.items);
      const parts = item.items.map((one) => ({
        span: one.span,
        print: () => normItem(margin, one, columns),
      }));
      return block(margin, `norm ${item.name.text}`, item.name, item.span, parts, "");
    }
  }
}

/** `head { … }`. Comments between the head and the brace are lifted above the whole block. */
function block(
  margin: Margin,
  head: string,
  name: Name,
  span: { readonly start: number; readonly end: number },
  parts: readonly Part[],
  indent: string,
): Printed {
  const from = margin.behindBrace(name.span.end);
  const to = span.end - 1;
  const first = margin.between(from, to)[0];
  const aside =
    first !== undefined &&
    margin.lineBreaks(from, first.span.start) === 0 &&
    first.span.start < (parts[0]?.span.start ?? to)
      ? first
      : undefined;
  const body = sequence(margin, parts, aside?.span.end ?? from, to, indent + step);
  const lifted = margin.between(span.start, from);
  if (body.length === 0 && aside === undefined) return { lines: [`${indent}${head} {}`], lifted };
  const opening = `${indent}${head} {`;
  return {
    lines: [aside === undefined ? opening : withRemark(opening, aside), ...body, `${indent}}`],
    lifted,
  };
}

function normItem(margin: Margin, item: NormItem, columns: Columns): Printed {
  switch (item.kind) {
    case "axes":
      return list(
        margin,
        item,
        "axes",
        item.axes.map(({ axis, factors, like, extent, span }) => {
          const value = factors?.map((one) => one.text).join(" * ") ?? like?.text ?? extent?.text;
          return { span, text: value === undefined ? formatAxis(axis) : `${formatAxis(axis)} = ${value}` };
        }),
      );
    case "param":
      return list(
        margin,
        item,
        "param",
        item.params.map(({ name, value, span }) => ({
          span,
          text: `${name.text} = ${formatExpression(value)}`,
        })),
      );
    case "tensors":
      return list(
        margin,
        item,
        item.role,
        item.tensors.map(({ name, dims, dtype, initial, span }) => {
          const head = `${name.text}${dims.length === 0 ? "" : formatDims(dims)}${formatDtype(dtype)}`;
          return { span, text: initial === undefined ? head : `${head} = ${formatExpression(initial)}` };
        }),
      );
    case "output":
      return list(
        margin,
        item,
        "output",
        item.outputs.map(({ name, dims, dtype, span }) => ({
          span,
          text: `${name.text}${dims === undefined ? "" : formatDims(dims)}${formatDtype(dtype)}`,
        })),
      );
    case "mode":
      return mode(margin, item);
    case "define":
    case "update":
      return {
        lines: statement(item, step, columns),
        lifted: margin.between(item.span.start, item.span.end),
      };
  }
}

function formatDtype(dtype: Name | undefined): string {
  return dtype === undefined ? "" : `: ${dtype.text}`;
}

function list(margin: Margin, item: NormItem, keyword: string, elements: readonly ListElement[]): Printed {
  return formatList(margin, { keyword, start: item.span.start, elements, indent: step, width });
}

function mode(margin: Margin, item: Extract<NormItem, { kind: "mode" }>): Printed {
  const { start, end } = item.span;
  const head = `on ${item.mode.text}`;
  if (item.statements.length > 0 && margin.lineBreaks(start, end) === 0) {
    const statements = item.statements.map((one) => statement(one, "", new Map()).join(" "));
    const line = `${step}${head} { ${statements.join("; ")} }`;
    if (line.length <= oneLineWidth) return { lines: [line], lifted: [] };
  }
  const indent = step + step;
  const columns = alignment(margin, item.statements);
  const parts = item.statements.map((one) => ({
    span: one.span,
    print: () => ({
      lines: statement(one, indent, columns),
      lifted: margin.between(one.span.start, one.span.end),
    }),
  }));
  return block(margin, head, item.mode, item.span, parts, step);
}

function statement(item: Statement, indent: string, columns: Columns): string[] {
  const name = nameOf(item).padEnd(columns.get(item) ?? 0);
  return formatEquation(`${name} ${item.kind === "define" ? "=" : "<-"}`, item.value, indent, width);
}
