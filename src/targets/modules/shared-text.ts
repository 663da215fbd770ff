/**
 * Splits texts that share most of their lines into pieces, so that a module holds each common piece once. The shaders
 * of a kernel differ only in how they read and how they add up.
 *
 * This is Re-Pair (Larsson & Moffat, 2000) over lines: the most frequent pair of adjacent pieces becomes one piece,
 * until no pair occurs twice.
 */

/** Text, or the number of a piece in `SharedText.pieces`. */
export type Piece = string | number;

export interface SharedText {
  /** The pieces that are used more than once. A piece consists of text and of earlier pieces. */
  readonly pieces: readonly (readonly Piece[])[];
  /** One list of pieces for each given text. */
  readonly texts: readonly (readonly Piece[])[];
}

/** @param shortest the shortest piece to share, in characters. A shorter piece is written where it is used. */
export function shareText(texts: readonly string[], shortest: number): SharedText {
  const grammar = repair(texts);
  const { sequences, lengths, rules } = grammar;
  const uses = new Uint32Array(lengths.length);
  for (const sequence of sequences) for (const one of sequence) uses[one]!++;
  for (const rule of rules.values()) for (const one of rule) uses[one]!++;
  const shared = new Set<number>();
  // A rule consists of earlier symbols. Going from the last to the first, the uses of a symbol are final when it is
  // visited.
  for (let symbol = lengths.length - 1; symbol >= 0; symbol--) {
    if (uses[symbol]! > 1 && lengths[symbol]! >= shortest) shared.add(symbol);
    else for (const one of rules.get(symbol) ?? []) uses[one]! += uses[symbol]! - 1;
  }
  const order = [...shared].sort((a, b) => a - b);
  const numbers = new Map(order.map((symbol, i) => [symbol, i]));
  const piecesOf = (sequence: readonly number[]): Piece[] => {
    const pieces: Piece[] = [];
    const add = (symbol: number): void => {
      const number = numbers.get(symbol);
      if (number !== undefined) pieces.push(number);
      else write(symbol);
    };
    const write = (symbol: number): void => {
      const rule = rules.get(symbol);
      if (rule !== undefined) for (const one of rule) add(one);
      else if (typeof pieces.at(-1) === "string") pieces.push(String(pieces.pop()) + grammar.lines[symbol]!);
      else pieces.push(grammar.lines[symbol]!);
    };
    for (const symbol of sequence) add(symbol);
    return pieces;
  };
  return {
    pieces: order.map((symbol) => {
      const rule = rules.get(symbol);
      return rule === undefined ? [grammar.lines[symbol]!] : piecesOf(rule);
    }),
    texts: sequences.map(piecesOf),
  };
}

interface Grammar {
  readonly lines: readonly string[];
  /** Each text as symbols: below `lines.length` a line, above it a rule. */
  readonly sequences: readonly (readonly number[])[];
  /** The sequence of earlier symbols that a symbol stands for. */
  readonly rules: ReadonlyMap<number, readonly number[]>;
  readonly lengths: readonly number[];
}

/** The symbol after each text. */
const end = -1;

function repair(texts: readonly string[]): Grammar {
  const known = new Map<string, number>();
  const lines: string[] = [];
  const symbols: number[] = [];
  for (const text of texts) {
    for (let at = 0; at < text.length; ) {
      const stop = text.indexOf("\n", at) + 1 || text.length;
      const line = text.slice(at, stop);
      at = stop;
      let symbol = known.get(line);
      if (symbol === undefined) {
        symbol = lines.push(line) - 1;
        known.set(line, symbol);
      }
      symbols.push(symbol);
    }
    symbols.push(end);
  }
  const lengths = lines.map((line) => line.length);
  const rules = new Map<number, readonly number[]>();
  const rule = (parts: readonly number[]): number => {
    rules.set(lengths.length, parts);
    return lengths.push(parts.reduce((sum, one) => sum + lengths[one]!, 0)) - 1;
  };
  let sequence: Int32Array = Int32Array.from(symbols);
  for (;;) {
    const joined = joinInseparable(sequence, lengths.length, rule);
    const next = joinFrequent(joined, lengths.length, rule);
    if (next.length === joined.length) return { lines, sequences: split(next), rules, lengths };
    sequence = next;
  }
}

type MakeRule = (parts: readonly number[]) => number;

/** Joins symbols that only occur next to each other. Most lines do, so a third of the symbols are left to count. */
function joinInseparable(sequence: Int32Array, symbols: number, rule: MakeRule): Int32Array {
  const several = -2;
  const none = -3;
  const after = new Int32Array(symbols).fill(none);
  const before = new Int32Array(symbols).fill(none);
  for (let i = 0; i < sequence.length; i++) {
    const one = sequence[i]!;
    if (one === end) continue;
    const next = sequence[i + 1]!;
    const previous = sequence[i - 1] ?? end;
    after[one] = (after[one] === none || after[one] === next) && next !== end ? next : several;
    before[one] = (before[one] === none || before[one] === previous) && previous !== end ? previous : several;
  }
  // Keyed by the first symbol, which determines the others.
  const joined = new Map<number, number>();
  const result = new Int32Array(sequence.length);
  let length = 0;
  for (let i = 0; i < sequence.length; i++) {
    const first = i;
    while (sequence[i] !== end && after[sequence[i]!]! >= 0 && before[sequence[i + 1]!] === sequence[i]) i++;
    const head = sequence[first]!;
    if (i > first && !joined.has(head)) joined.set(head, rule([...sequence.subarray(first, i + 1)]));
    result[length++] = i > first ? joined.get(head)! : head;
  }
  return result.subarray(0, length);
}

/**
 * Joins pairs that occur more than once and whose two symbols occur in no more frequent pair. This joins many pairs in
 * one go.
 */
function joinFrequent(sequence: Int32Array, symbols: number, rule: MakeRule): Int32Array {
  const { places, counts, pairAt } = countPairs(sequence);
  const best = new Int32Array(symbols).fill(-1);
  const most = new Int32Array(symbols).fill(1);
  for (let pair = 0; pair < places.length; pair++) {
    const at = places[pair]!;
    const count = counts[pair]!;
    const left = sequence[at]!;
    const right = sequence[at + 1]!;
    if (count > most[left]!) {
      most[left] = count;
      best[left] = pair;
    }
    if (count > most[right]!) {
      most[right] = count;
      best[right] = pair;
    }
  }
  const made = new Int32Array(places.length).fill(-1);
  for (let pair = 0; pair < places.length; pair++) {
    const left = sequence[places[pair]!]!;
    const right = sequence[places[pair]! + 1]!;
    if (best[left] === pair && best[right] === pair) made[pair] = rule([left, right]);
  }
  const result = new Int32Array(sequence.length);
  let length = 0;
  for (let i = 0; i < sequence.length; i++) {
    const pair = pairAt[i]!;
    const joined = pair < 0 ? -1 : made[pair]!;
    result[length++] = joined < 0 ? sequence[i]! : joined;
    if (joined >= 0) i++;
  }
  return result.subarray(0, length);
}

interface Pairs {
  /** The first position of each pair, and how often the pair occurs. */
  readonly places: readonly number[];
  readonly counts: readonly number[];
  /** The pair that begins at each position. -1 for none. */
  readonly pairAt: Int32Array;
}

/** A hand-written hash table: a Map of pairs takes five times as long, and this function takes a tenth of a build. */
function countPairs(sequence: Int32Array): Pairs {
  const size = 2 ** Math.ceil(Math.log2(2 * sequence.length + 2));
  const table = new Int32Array(size).fill(-1);
  const pairAt = new Int32Array(sequence.length).fill(-1);
  const places: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i + 1 < sequence.length; i++) {
    const left = sequence[i]!;
    const right = sequence[i + 1]!;
    if (left === end || right === end) continue;
    let slot = (Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)) >>> 0;
    for (slot = (slot ^ (slot >>> 15)) & (size - 1); ; slot = (slot + 1) & (size - 1)) {
      const pair = table[slot]!;
      if (pair < 0) {
        table[slot] = places.length;
        pairAt[i] = places.length;
        places.push(i);
        counts.push(1);
        break;
      }
      if (sequence[places[pair]!] !== left || sequence[places[pair]! + 1] !== right) continue;
      counts[pair]!++;
      pairAt[i] = pair;
      break;
    }
  }
  return { places, counts, pairAt };
}

function split(sequence: Int32Array): number[][] {
  const sequences: number[][] = [];
  let from = 0;
  for (let i = 0; i < sequence.length; i++) {
    if (sequence[i] !== end) continue;
    sequences.push([...sequence.subarray(from, i)]);
    from = i + 1;
  }
  return sequences;
}
