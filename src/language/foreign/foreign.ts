/**
 * What people of NumPy and PyTorch type: each is recognised by its tokens and reported with its right spelling. The parser
 * then goes on with the right tokens, so that one slip breeds no other message, and a file shows all its mistakes at once.
 */
import type { IToken } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import { type Diagnostic, diagnostic, type Source } from "../diagnostics/diagnostic.ts";
import { declaredIn } from "./declared.ts";
import { rewriteExpressions } from "./expressions.ts";
import type { Findings } from "./findings.ts";
import { rewriteStatements } from "./statements.ts";
import { endOf, type Tokens } from "./tokens.ts";

export interface Foreign {
  readonly tokens: IToken[];
  /** The tokens are as if these had been fixed. */
  readonly repaired: readonly Diagnostic[];
  /** The statements that hold these are not read. */
  readonly lost: readonly Diagnostic[];
}

/** More than these are not shown, and each costs memory. */
const mostFindings = 100;

export function readForeign(source: Source, tokens: Tokens): Foreign {
  const repaired: Diagnostic[] = [];
  const lost: Diagnostic[] = [];
  const findings: Findings = {
    repaired: (one) => void (repaired.length < mostFindings && repaired.push(one)),
    lost: (one) => void lost.push(one),
  };
  const made: IToken[] = [];
  for (const part of normsOf(tokens.filter((one) => !isComment(one)))) {
    const declared = declaredIn(part);
    const statements = rewriteStatements(source, part, declared, findings);
    for (const one of rewriteExpressions(source, statements, declared, findings)) made.push(one);
  }
  for (const one of tokens) if (isComment(one)) repaired.push(hashComment(source, one));
  return { tokens: made, repaired, lost };
}

/** Each norm has axes and tensors of its own. */
function normsOf(tokens: Tokens): readonly Tokens[] {
  const starts = [0, ...tokens.flatMap((one, i) => (one.tokenType === t.Norm && i > 0 ? [i] : []))];
  return starts.map((start, i) => tokens.slice(start, starts[i + 1]));
}

function isComment(token: IToken): boolean {
  return token.tokenType === t.HashComment;
}

function hashComment(source: Source, token: IToken): Diagnostic {
  const marks = /^#+/.exec(token.image)![0];
  const span = { source, start: token.startOffset, end: token.startOffset + marks.length };
  return diagnostic(
    "N101",
    `\`${marks[0]}\` means nothing here: a comment is written \`//\``,
    { ...span, end: endOf(token) },
    {
      fix: { title: "write `//`", span, replacement: "//" },
    },
  );
}
