/**
 * Texts that share most of their lines, each as a row of pieces, so that what several have in common is written once. The
 * shaders of a kernel differ in how they read and how they add up and are alike otherwise.
 *
 * Re-Pair (Larsson & Moffat, 2000) over lines: the two pieces that stand side by side most often become one piece, until
 * no two stand side by side twice.
 */

/** Text, or the number of a piece in `SharedText.pieces`. */
export type Piece = string | number;

export interface SharedText {
  /** What is used more than once; a piece is made of text and of pieces before it. */
  readonly pieces: readonly (readonly Piece[])[];
  /** For each text given. */
  readonly texts: readonly (readonly Piece[])[];
}

/** @param shortest a shorter piece is written where it is used. */
export function shareText(texts: readonly string[], shortest: number): SharedText {
  const grammar = repair(texts);
  const { sequences, lengths, rules } = grammar;
  const uses = new Uint32Array(lengths.length);
  for (const sequence of sequences) for (const one of sequence) uses[one]!++;
  for (const rule of rules.values()) for (const one of rule) uses[one]!++;
  const shared = new Set<number>();
  // A rule is made of earlier symbols: from the last to the first, the uses of each are final when it is met.
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
  /** What a symbol stands for: a row of earlier ones. */
  readonly rules: ReadonlyMap<number, readonly number[]>;
  readonly lengths: readonly number[];
}

/** Stands behind each text. */
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
      const symbol = known.get(line) ?? lines.push(line) - 1;
      known.set(line, symbol);
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

/** Makes one of symbols that stand nowhere without each other, which most lines do: a third is left to count. */
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
  // By its first symbol: the others follow from it.
  const joined = new Map<number, number>();
  const result: number[] = [];
  for (let i = 0; i < sequence.length; i++) {
    const first = i;
    while (sequence[i] !== end && after[sequence[i]!]! >= 0 && before[sequence[i + 1]!] === sequence[i]) i++;
    const head = sequence[first]!;
    if (i > first && !joined.has(head)) joined.set(head, rule([...sequence.subarray(first, i + 1)]));
    result.push(i > first ? joined.get(head)! : head);
  }
  return Int32Array.from(result);
}

/** Makes one of two that stand side by side more than once, where neither is more frequent beside another: many pairs at once. */
function joinFrequent(sequence: Int32Array, symbols: number, rule: MakeRule): Int32Array {
  const { places, counts, pairAt } = countPairs(sequence);
  const best = new Int32Array(symbols).fill(-1);
  const most = new Int32Array(symbols).fill(1);
  for (let pair = 0; pair < places.length; pair++) {
    const at = places[pair]!;
    for (const symbol of [sequence[at]!, sequence[at + 1]!]) {
      if (counts[pair]! <= most[symbol]!) continue;
      most[symbol] = counts[pair]!;
      best[symbol] = pair;
    }
  }
  const made = new Int32Array(places.length).fill(-1);
  for (let pair = 0; pair < places.length; pair++) {
    const [left, right] = [sequence[places[pair]!]!, sequence[places[pair]! + 1]!];
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
  /** Where each pair stands first, and how often it stands there. */
  readonly places: readonly number[];
  readonly counts: readonly number[];
  /** Which pair begins at a place; -1 for none. */
  readonly pairAt: Int32Array;
}

/** A hash table by hand: a Map of pairs takes five times as long, and this is a tenth of a build. */
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
