/**
 * Writes plain data as code in which values that occur several times become constants. The programs of one spec
 * have most axes, bindings and constants in common, and their shaders most lines.
 */
import { escapeTemplate, isCode, printLiteral } from "./literal.ts";
import { type Piece, shareText } from "./shared-text.ts";

export interface SharedConstant {
  readonly name: string;
  readonly literal: string;
  /** Objects and arrays are `as const` in TypeScript. */
  readonly kind: "text" | "data";
}

export interface SharedLiterals {
  /** Ordered so that each constant uses only earlier ones. */
  readonly constants: readonly SharedConstant[];
  /** One literal for each given value. */
  readonly literals: readonly string[];
}

/** A shorter literal is written where it is used. */
const shortestShared = 60;

/**
 * Names of constants begin with a sign with which no name of a spec begins.
 * @param shortestPiece the shortest run of lines, in characters, that several texts share.
 */
export function printShared(values: readonly unknown[], shortestPiece: number): SharedLiterals {
  const uses = countUses(values);
  const constants: SharedConstant[] = [];
  const names = new Map<number, string>();
  const declare = (kind: SharedConstant["kind"], literal: string): string => {
    const name = `$${kind === "text" ? "t" : "v"}${constants.length + 1}`;
    constants.push({ name, literal, kind });
    return name;
  };

  const texts = [...uses.texts.keys()];
  const shared = shareText(texts, shortestPiece);
  const pieceNames: string[] = [];
  const template = (pieces: readonly Piece[]): string =>
    `\`${pieces.map((one) => (typeof one === "string" ? escapeTemplate(one) : `\${${pieceNames[one]}}`)).join("")}\``;
  for (const piece of shared.pieces) pieceNames.push(declare("text", template(piece)));
  const printed = new Map(
    texts.map((text, i) => {
      const pieces = shared.texts[i]!;
      const [first] = pieces;
      if (pieces.length === 1 && typeof first === "number") return [text, pieceNames[first]!];
      return [text, uses.texts.get(text)! > 1 ? declare("text", template(pieces)) : template(pieces)];
    }),
  );

  function print(value: unknown): string | undefined {
    if (typeof value === "string") return printed.get(value);
    if (typeof value !== "object" || value === null || isCode(value)) return undefined;
    const key = uses.numbers.get(value)!;
    if (uses.counts[key]! < 2) return undefined;
    const known = names.get(key);
    if (known !== undefined) return known;
    const literal = printLiteral(value, "", (inner) => (inner === value ? undefined : print(inner)));
    // A name would be as long as a short literal.
    const name = literal.length < shortestShared ? literal : declare("data", literal);
    names.set(key, name);
    return name;
  }
  const literals = values.map((value) => printLiteral(value, "", print));
  return { constants, literals };
}

interface Uses {
  /** The texts of several lines, and how often each is used. */
  readonly texts: ReadonlyMap<string, number>;
  /** A number for each object and array. Equal ones have the same number. */
  readonly numbers: ReadonlyMap<object, number>;
  /** In how many places each one would be written without sharing. */
  readonly counts: readonly number[];
}

function countUses(values: readonly unknown[]): Uses {
  const numbers = numberEqual(values);
  const texts = new Map<string, number>();
  const counts: number[] = [];
  const count = (value: unknown): void => {
    if (typeof value === "string" && value.includes("\n")) texts.set(value, (texts.get(value) ?? 0) + 1);
    if (typeof value !== "object" || value === null || isCode(value)) return;
    const number = numbers.get(value)!;
    counts[number] = (counts[number] ?? 0) + 1;
    // The contents of a shared value are written with it, once.
    if (counts[number] === 1) for (const one of Object.values(value)) count(one);
  };
  for (const value of values) count(value);
  return { texts, numbers, counts };
}

function numberEqual(values: readonly unknown[]): Map<object, number> {
  const numbers = new Map<object, number>();
  const known = new Map<string, number>();
  const numberOf = (content: string): number => {
    const number = known.get(content) ?? known.size;
    known.set(content, number);
    return number;
  };
  // The key uses the numbers of its parts. With their contents it would grow with the depth.
  const content = (value: unknown): string => {
    if (typeof value === "string")
      return value.includes("\n") ? `#${numberOf(value)}` : JSON.stringify(value);
    if (typeof value !== "object" || value === null || isCode(value)) return printLiteral(value);
    const seen = numbers.get(value);
    if (seen !== undefined) return `#${seen}`;
    const number = numberOf(
      Array.isArray(value)
        ? `[${value.map(content).join()}]`
        : `{${Object.entries(value)
            .map(([name, one]) => `${JSON.stringify(name)}:${content(one)}`)
            .join()}}`,
    );
    numbers.set(value, number);
    return `#${number}`;
  };
  for (const value of values) content(value);
  return numbers;
}
