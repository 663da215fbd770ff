/** Expressions as NumPy and PyTorch write them, rewritten token by token into those of the language. */
import type { IToken } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import { type DiagnosticDetails, diagnostic, type Source, type Span } from "../diagnostics/diagnostic.ts";
import { type Call, hasForeignArguments, type Reason, written } from "./calls.ts";
import { axisAt, type Declared } from "./declared.ts";
import type { Findings } from "./findings.ts";
import { areAdjacent, endOf, endsOperand, partnersOf, type Tokens, textOf, tokenAt } from "./tokens.ts";

const modules = new Set([
  ...[
    "np",
    "numpy",
    "jnp",
    "jax",
    "torch",
    "tf",
    "math",
    "nn",
    "F",
    "functional",
    "linalg",
    "special",
    "ops",
  ],
  ...["mx", "cp", "K", "keras", "tl", "triton", "Math"],
]);
const constants: Readonly<Record<string, string>> = {
  pi: "3.141592653589793",
  PI: "3.141592653589793",
  e: "2.718281828459045",
  E: "2.718281828459045",
};
/** Methods that change no value: element types are chosen when a norm is built, and axes meet by their names. */
const idle = new Set([
  ...["float", "half", "double", "to", "type", "astype", "contiguous", "clone", "copy", "cpu", "cuda"],
  ...["unsqueeze", "squeeze", "expand", "expand_as", "broadcast_to", "T", "mT"],
]);

/** Far more than are shown. In a chain of methods each is read again for the next one. */
const mostMembers = 200;

/** Deeper calls are left to the parser, which refuses them. */
const mostDepth = 200;

const notes: Readonly<Record<Reason | "prefix" | "method", string | undefined>> = {
  positional: "axes have names; those that a reduction runs over stand behind `over`",
  keyword: "axes have names; those that a reduction runs over stand behind `over`",
  keepdim: "operands meet by the names of their axes, so that no axis has to be kept",
  setting: "what is given by name stands behind a semicolon",
  renamed: undefined,
  variance: "a variance divides by the number of elements, as `unbiased=False` does",
  prefix: "functions have no prefix",
  method: "a function is called with its operand: there are no methods",
};

export function rewriteExpressions(
  source: Source,
  tokens: Tokens,
  declared: Declared,
  findings: Findings,
): IToken[] {
  /** Where the text of a rewritten operand begins, by its first token. */
  const begins = new Map<IToken, number>();
  let members = 0;
  return rewrite(tokens, 0);

  function rewrite(given: Tokens, depth: number): IToken[] {
    if (depth > mostDepth) return [...given];
    const out: IToken[] = [];
    const partners = partnersOf(given);
    for (let i = 0; i < given.length; i++) {
      const token = given[i]!;
      const next = given[i + 1];
      const close = next?.tokenType === t.OpenParen ? partners.get(i + 1) : undefined;
      if (token.tokenType === t.Times && next?.tokenType === t.Times && areAdjacent(token, next)) {
        const span = spanFrom(token.startOffset, next);
        findings.repaired(wrong("a power is written `^`", span, fixed("^", span)));
        out.push(tokenAt(token, t.Power, "^"));
        i++;
      } else if (token.tokenType === t.Name && close !== undefined && given[i - 1]?.tokenType !== t.Fn) {
        out.push(...callOf(given, i, close, depth));
        i = close;
      } else if (token.tokenType === t.Dot && next?.tokenType === t.Name) {
        i = member(given, partners, i, out, depth);
      } else out.push(token);
    }
    return out;
  }

  function callOf(given: Tokens, at: number, close: number, depth: number, receiver?: Tokens): Tokens {
    const [name, open] = [given[at]!, given[at + 1]!];
    const inside = rewrite(given.slice(at + 2, close), depth + 1);
    const call: Call = {
      name,
      open,
      inside,
      close: given[close]!,
      ...(receiver === undefined ? {} : { receiver }),
    };
    const prefixed = begins.has(name);
    // The others may be mistakes as well, but they are sentences of the language: the checker knows what they mean.
    if (!prefixed && receiver === undefined && !hasForeignArguments(call)) {
      return [name, open, ...inside, given[close]!];
    }
    const made = written(call, declared);
    const first = receiver?.[0] ?? name;
    const start = begins.get(first) ?? first.startOffset;
    const span = spanFrom(start, given[close]!);
    const reasons = [
      ...(prefixed ? ["prefix" as const] : []),
      ...(receiver ? ["method" as const] : []),
      ...made.reasons,
    ];
    if (made.lost) {
      const axes = [...declared.axes.values()];
      const has =
        axes.length === 0
          ? "this norm has no axes"
          : `the axes of this norm are ${axes.map((one) => `\`${one}\``).join(", ")}`;
      findings.lost(
        wrong(`\`${name.image}\` needs the names of the axes that it runs over`, span, {
          note: `write \`${name.image}(x over ${axes[0] ?? "N"})\`; ${has}`,
        }),
      );
    } else {
      const note = [...new Set(reasons.flatMap((one) => notes[one] ?? []))].join("; ");
      const text = textOf(made.tokens);
      findings.repaired(
        wrong(`this is written \`${shortened(text)}\``, span, {
          ...(note === "" ? {} : { note }),
          ...fixed(text, span),
        }),
      );
    }
    begins.set(made.tokens[0]!, start);
    return made.tokens;
  }

  /** `.name` behind an operand. Returns the place of its last token. */
  function member(
    given: Tokens,
    partners: ReadonlyMap<number, number>,
    at: number,
    out: IToken[],
    depth: number,
  ): number {
    const name = given[at + 1]!;
    const begin = members++ < mostMembers ? operandStart(out) : undefined;
    if (begin === undefined) {
      out.push(given[at]!);
      return at;
    }
    const receiver = out.splice(begin);
    const [first] = receiver as [IToken];
    const start = begins.get(first) ?? first.startOffset;
    const opened = given[at + 2]?.tokenType;
    const close = opened === t.OpenParen || opened === t.OpenBracket ? partners.get(at + 2) : undefined;
    if (receiver.length === 1 && modules.has(first.image) && !declared.values.has(first.image)) {
      return moduleMember(given, at, start, out, close, depth);
    }
    const isCall = opened === t.OpenParen && close !== undefined;
    const end = close !== undefined && (isCall || name.image === "shape") ? close : at + 1;
    const span = spanFrom(start, given[end]!);
    const extent = extentOf(receiver, name.image, given.slice(at + 3, end));
    if (extent !== undefined) {
      const tokens = [
        tokenAt(name, t.Name, "size"),
        tokenAt(name, t.OpenParen, "("),
        ...extent,
        tokenAt(name, t.CloseParen, ")"),
      ];
      const text = textOf(tokens);
      findings.repaired(wrong(`the extent of an axis is written \`${text}\``, span, fixed(text, span)));
      begins.set(tokens[0]!, start);
      out.push(...tokens);
      return end;
    }
    if (idle.has(name.image)) {
      const dropped = spanFrom(given[at]!.startOffset, given[end]!);
      const details = {
        note: "axes meet by their names, and element types are chosen when a norm is built",
        ...fixed("", dropped),
      };
      findings.repaired(wrong(`\`.${name.image}\` is not needed`, dropped, details));
      out.push(...receiver);
      return end;
    }
    if (isCall) {
      const operand = stripped(receiver);
      begins.set(operand[0]!, start);
      out.push(...callOf(given, at + 1, close, depth, operand));
      return end;
    }
    const note = "a value is a tensor or a number; functions are called with it: `sqrt(x)`";
    findings.lost(
      wrong(`values have no \`.${name.image}\``, spanFrom(given[at]!.startOffset, name), { note }),
    );
    out.push(...receiver);
    return end;
  }

  function moduleMember(
    given: Tokens,
    at: number,
    start: number,
    out: IToken[],
    close: number | undefined,
    depth: number,
  ): number {
    const name = given[at + 1]!;
    begins.set(name, start);
    if (given[at + 2]?.tokenType === t.Dot) {
      out.push(name);
      return at + 1;
    }
    if (close !== undefined) {
      out.push(...callOf(given, at + 1, close, depth));
      return close;
    }
    const span = spanFrom(start, name);
    const value = Object.hasOwn(constants, name.image) ? constants[name.image] : undefined;
    if (value === undefined) {
      findings.lost(
        wrong(`there is no \`${name.image}\` here`, span, { note: "functions have no prefix: `sqrt(x)`" }),
      );
      out.push(name);
      return at + 1;
    }
    findings.repaired(
      wrong(`this is written \`${value}\``, span, {
        note: "there are no named constants",
        ...fixed(value, span),
      }),
    );
    out.push(tokenAt(name, t.NumberLiteral, value));
    return at + 1;
  }

  /** The axis of `x.shape[1]`, `x.size(-1)` and `x.size(C)`. */
  function extentOf(receiver: Tokens, name: string, inside: Tokens): Tokens | undefined {
    if (name !== "shape" && name !== "size") return undefined;
    const dims = receiver.length === 1 ? declared.tensors.get(receiver[0]!.image) : undefined;
    const last = inside.at(-1);
    if (last === undefined || inside.length > 2) return undefined;
    const sign = inside.length === 2 ? -1 : 1;
    const axis =
      last.tokenType === t.NumberLiteral && dims !== undefined
        ? axisAt(dims, sign * Number(last.image))
        : inside.length === 1
          ? declared.axes.get(last.image)
          : undefined;
    if (axis === undefined) return undefined;
    const bare = tokenAt(last, t.Name, axis.replace("...", ""));
    return axis.startsWith("...") ? [tokenAt(last, t.Ellipsis, "..."), bare] : [bare];
  }

  function spanFrom(start: number, last: IToken): Span {
    return { source, start, end: endOf(last) };
  }
}

function wrong(message: string, span: Span, details: DiagnosticDetails) {
  return diagnostic("N103", message, span, details);
}

function fixed(replacement: string, span: Span): Pick<DiagnosticDetails, "fix"> {
  const title = replacement === "" ? "leave it out" : `write \`${shortened(replacement)}\``;
  return { fix: { title, span, replacement } };
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Where the last operand begins: a name, a number, a call, a group, with its places. Undefined if there is none. */
function operandStart(tokens: Tokens): number | undefined {
  let i = tokens.length - 1;
  for (;;) {
    const token = tokens[i];
    if (token === undefined || !endsOperand(token)) return undefined;
    if (token.tokenType === t.Name || token.tokenType === t.NumberLiteral) return i;
    const open = opening(tokens, i);
    if (open === undefined) return undefined;
    const before = tokens[open - 1];
    if (token.tokenType === t.CloseParen) return before?.tokenType === t.Name ? open - 1 : open;
    i = open - 1;
  }
}

function opening(tokens: Tokens, close: number): number | undefined {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    const type = tokens[i]!.tokenType;
    if (type === t.CloseParen || type === t.CloseBracket) depth++;
    else if (type === t.OpenParen || type === t.OpenBracket) depth--;
    if (depth === 0) return i;
  }
  return undefined;
}

/** Without the parentheses around the whole of it. */
function stripped(tokens: Tokens): Tokens {
  const last = tokens.length - 1;
  const isGroup = tokens[0]!.tokenType === t.OpenParen && opening(tokens, last) === 0;
  return isGroup && last > 1 ? tokens.slice(1, last) : tokens;
}
