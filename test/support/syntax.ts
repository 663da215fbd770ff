/** Parsing for tests, and trees in a form that is easy to compare and read. */
import type { Diagnostic } from "../../src/language/diagnostics/diagnostic.ts";
import type { Expr, File } from "../../src/language/syntax/ast.ts";
import { parse } from "../../src/language/syntax/parse.ts";

export interface Parsed {
  readonly file: File;
  readonly found: readonly Diagnostic[];
}

export function parseText(text: string): Parsed {
  const found: Diagnostic[] = [];
  const file = parse({ path: "test.norm", text }, (one) => found.push(one));
  return { file, found };
}

/** Throws if the text has a mistake. */
export function parseValid(text: string): File {
  const { file, found } = parseText(text);
  if (found.length > 0) {
    throw new Error(found.map((one) => `${one.code} at ${one.span.start}: ${one.message}`).join("\n"));
  }
  return file;
}

/** The tree without its spans. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !["span", "source", "comments", "gaps"].includes(key))
      .map(([key, one]) => [key, withoutSpans(one)]),
  );
}

/** An expression with all its parentheses: `(a + (b * c))`. */
export function explicit(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return expr.text;
    case "name":
      return expr.name.text;
    case "axis":
      return `...${expr.axis.name.text}`;
    case "gap":
      return "?";
    case "negate":
      return `(-${explicit(expr.operand)})`;
    case "binary":
      return `(${explicit(expr.left)} ${expr.operator} ${explicit(expr.right)})`;
    case "at":
      return `(${explicit(expr.target)}[${expr.axis.variadic ? "..." : ""}${expr.axis.name.text} = ${explicit(expr.index)}])`;
    case "call": {
      const over =
        expr.over?.map((one) => ` over ${one.variadic ? "..." : ""}${one.name.text}`).join("") ?? "";
      const settings = expr.settings
        .map(({ name, value }) => `; ${name?.text ?? "_"} = ${explicit(value)}`)
        .join("");
      return `${expr.callee.text}(${expr.arguments.map(explicit).join(", ")}${over}${settings})`;
    }
  }
}
