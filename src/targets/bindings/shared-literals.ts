/**
 * Plain data as TypeScript, in which what occurs several times is a constant: programs of one spec are alike in their
 * axes, bindings and constants, and their shaders in most lines.
 */
import { escapeTemplate, isCode, printLiteral } from "./literal.ts";
import { type Piece, shareText } from "./shared-text.ts";

export interface SharedConstant {
  readonly name: string;
  readonly literal: string;
}

export interface SharedLiterals {
  /** In an order in which each can be declared. */
  readonly constants: readonly SharedConstant[];
  /** For each value given. */
  readonly literals: readonly string[];
}

/** What is shorter is written where it stands. */
const shortestShared = 60;

/**
 * No name of a spec begins with the sign that these names begin with.
 * @param shortestPiece how long a stretch of lines must be for several texts to share it.
 */
export function printShared(values: readonly unknown[], shortestPiece: number): SharedLiterals {
  const uses = countUses(values);
  const constants: SharedConstant[] = [];
  const names = new Map<number, string>();
  const declare = (prefix: string, literal: string): string => {
    const name = `$${prefix}${constants.length + 1}`;
    constants.push({ name, literal });
    return name;
  };

  const texts = [...uses.texts.keys()];
  const shared = shareText(texts, shortestPiece);
  const pieceNames: string[] = [];
  const template = (pieces: readonly Piece[]): string =>
    `\`${pieces.map((one) => (typeof one === "string" ? escapeTemplate(one) : `\${${pieceNames[one]}}`)).join("")}\``;
  for (const piece of shared.pieces) pieceNames.push(declare("t", template(piece)));
  const printed = new Map(
    texts.map((text, i) => {
      const pieces = shared.texts[i]!;
      const [first] = pieces;
      if (pieces.length === 1 && typeof first === "number") return [text, pieceNames[first]!];
      return [text, uses.texts.get(text)! > 1 ? declare("t", template(pieces)) : template(pieces)];
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
    // A name for what is short would be as long as what it names.
    const name = literal.length < shortestShared ? literal : declare("v", `${literal} as const`);
    names.set(key, name);
    return name;
  }
  const literals = values.map((value) => printLiteral(value, "", print));
  return { constants, literals };
}

interface Uses {
  /** Texts of several lines, and how often each is used. */
  readonly texts: ReadonlyMap<string, number>;
  /** A number for each object and array: equal ones have the same. */
  readonly numbers: ReadonlyMap<object, number>;
  /** In how many places each would be written, were it written in place. */
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
    // What stands in something shared is written with it, once.
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
  // By the numbers of its parts, or the content would grow with the depth.
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
