/** The words of the language. Every token carries a `LABEL` that a user may read in a message. */
import { createToken, Lexer, type TokenType } from "chevrotain";

export const Name = createToken({ name: "Name", pattern: /[A-Za-z_][A-Za-z0-9_]*/, label: "a name" });

/**
 * A name that begins an equation or an update. The lexer never makes it: `src/language/syntax/scan.ts` does, by the tokens
 * around a name. It marks the beginning of a statement, so that newlines and semicolons need no meaning, and recovery
 * after a mistake finds the next statement.
 */
export const Target = createToken({ name: "Target", pattern: Lexer.NA, label: "an equation" });

/**
 * A comma outside all brackets, so one between declarations or imported names. `src/language/syntax/scan.ts` makes it:
 * recovery inside a list of declarations must not stop at a comma of a call.
 */
export const Separator = createToken({ name: "Separator", pattern: Lexer.NA, label: "`,`" });

const symbol = (name: string, pattern: string): TokenType =>
  createToken({ name, pattern, label: `\`${pattern}\`` });

export const Keyword = createToken({ name: "Keyword", pattern: Lexer.NA, label: "a keyword" });

const keyword = (word: string): TokenType =>
  createToken({
    name: `${word[0]!.toUpperCase()}${word.slice(1)}`,
    pattern: word,
    longer_alt: Name,
    categories: Keyword,
    label: `\`${word}\``,
  });

export const Norm = keyword("norm");
export const Axes = keyword("axes");
export const Param = keyword("param");
export const Input = keyword("input");
export const Affine = keyword("affine");
export const State = keyword("state");
export const On = keyword("on");
export const Output = keyword("output");
export const Import = keyword("import");
export const From = keyword("from");
export const Fn = keyword("fn");
export const Over = keyword("over");
export const As = keyword("as");

export const NumberLiteral = createToken({
  name: "NumberLiteral",
  pattern: /(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/,
  label: "a number",
});
export const StringLiteral = createToken({
  name: "StringLiteral",
  pattern: /"[^"\r\n]*"/,
  label: 'a path in `"`',
});

export const Ellipsis = symbol("Ellipsis", "...");
export const Comma = symbol("Comma", ",");
export const Colon = symbol("Colon", ":");
export const Semicolon = symbol("Semicolon", ";");
export const OpenBrace = symbol("OpenBrace", "{");
export const CloseBrace = symbol("CloseBrace", "}");
export const OpenParen = symbol("OpenParen", "(");
export const CloseParen = symbol("CloseParen", ")");
export const OpenBracket = symbol("OpenBracket", "[");
export const CloseBracket = symbol("CloseBracket", "]");
export const Equals = symbol("Equals", "=");
/** Greedy: `a <-b` is an update, `a < -b` a comparison. */
export const Arrow = symbol("Arrow", "<-");

/** Every token between two operands. `src/language/syntax/expressions.ts` knows how tightly each one binds. */
export const Operator = createToken({ name: "Operator", pattern: Lexer.NA, label: "an operator" });

const operator = (name: string, pattern: string): TokenType =>
  createToken({ name, pattern, categories: Operator, label: `\`${pattern}\`` });

export const LessOrEqual = operator("LessOrEqual", "<=");
export const Less = operator("Less", "<");
export const GreaterOrEqual = operator("GreaterOrEqual", ">=");
export const Greater = operator("Greater", ">");
export const EqualTo = operator("EqualTo", "==");
export const NotEqual = operator("NotEqual", "!=");
export const Plus = operator("Plus", "+");
export const Minus = operator("Minus", "-");
export const Times = operator("Times", "*");
export const Divide = operator("Divide", "/");
export const Power = operator("Power", "^");

const Space = createToken({ name: "Space", pattern: /[ \t\r\n\f\v]+/, group: Lexer.SKIPPED });

/** Comments, `///` included, are kept aside for the formatter and for documentation. */
const Comment = createToken({ name: "Comment", pattern: /\/\/[^\r\n]*/, group: "comments" });

/** Recognized only so that the message can say what to write instead. */
export const BlockComment = createToken({
  name: "BlockComment",
  pattern: /\/\*[\s\S]*?\*\//,
  group: "mistakes",
});
export const OpenComment = createToken({ name: "OpenComment", pattern: /\/\*[\s\S]*/, group: "mistakes" });
export const OpenString = createToken({ name: "OpenString", pattern: /"[^"\r\n]*/, group: "mistakes" });

/** The same, but among the other tokens: what they are meant to be depends on what is around them. */
export const HashComment = createToken({ name: "HashComment", pattern: /#[^\r\n]*/, label: "`#`" });
export const Dot = symbol("Dot", ".");
export const At = symbol("At", "@");

export const keywords: readonly TokenType[] = [
  Norm,
  Axes,
  Param,
  Input,
  Affine,
  State,
  On,
  Output,
  Import,
  From,
  Fn,
  Over,
  As,
];

/** The order in which the lexer tries them: of two that begin alike, the longer one comes first. */
export const tokens: readonly TokenType[] = [
  Space,
  Comment,
  BlockComment,
  OpenComment,
  HashComment,
  ...keywords,
  Name,
  NumberLiteral,
  StringLiteral,
  OpenString,
  Ellipsis,
  Dot,
  At,
  Comma,
  Colon,
  Semicolon,
  OpenBrace,
  CloseBrace,
  OpenParen,
  CloseParen,
  OpenBracket,
  CloseBracket,
  Arrow,
  LessOrEqual,
  Less,
  GreaterOrEqual,
  Greater,
  EqualTo,
  NotEqual,
  Equals,
  Plus,
  Minus,
  Times,
  Divide,
  Power,
  Keyword,
  Operator,
  Target,
  Separator,
];
