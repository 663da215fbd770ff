/**
 * The final of a search: the fastest few are timed again, in turn with the default, and slower ones drop out as it goes
 * on (successive halving; Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed bandits", ICML 2013). It
 * ends when the winner is certain enough, so it is short on a quiet machine and takes the time it needs on a noisy one.
 */
import { byRatio, type Rated, ratioOf } from "./turns.ts";

/** A smaller gain is not worth a variant other than the default: two runs of one variant differ by as much. */
const tie = 0.03;
/** Candidates within this factor of the best take part, but at most `entrants` of them. */
const close = 1.2;
export const entrants = 12;
/** After `turns` turns, only the best `keep` go on. */
const rounds = [
  { turns: 4, keep: 8 },
  { turns: 10, keep: 4 },
  { turns: 20, keep: 2 },
] as const;
/**
 * No decision before this turn. Other work on a machine lasts seconds, and favours one variant now and another later.
 * After eight turns, weight standardization on SwiftShader once had a winner that took 1.12 times the default a minute
 * later.
 */
const soonest = 12;
/** The fewest turns, even if the time is up: a winner by a single reading would win by chance. */
export const leastTurns = 4;
const mostTurns = 40;

/**
 * @param ranked candidates with their readings from the search, the fastest first.
 * @param room how many candidates can be timed `leastTurns` times before the time is up.
 * @param turn takes a reading of each.
 * @returns the winner, or undefined if it is the default.
 */
export async function holdFinal<R extends Rated>(
  ranked: readonly R[],
  room: number,
  turn: (some: readonly R[]) => Promise<void>,
  isOver: () => boolean,
): Promise<R | undefined> {
  const [first] = ranked;
  if (first === undefined) return undefined;
  const least = ratioOf(first);
  let field = ranked
    .slice(0, Math.max(1, Math.min(entrants, room)))
    .filter((one) => ratioOf(one) <= close * least);
  // The readings of the search are partly luck, more so the more variants it tried, so they no longer count.
  for (const one of field) one.ratios = [];
  for (let held = 0; held < mostTurns && (held < leastTurns || !isOver()); ) {
    await turn(field);
    held++;
    const round = rounds.find(({ turns }) => turns === held);
    if (round !== undefined) field = byRatio(field).slice(0, round.keep);
    if (held >= soonest && isDecided(field)) break;
  }
  const [leader] = byRatio(field);
  return leader !== undefined && beatsDefault(leader) ? leader : undefined;
}

function beatsDefault(one: Rated, deviations = 2): boolean {
  const faster = one.ratios.map((ratio) => ratio < 1);
  return ratioOf(one) < 1 - tie && isSure(faster, deviations);
}

/**
 * Whether no candidate can be better than the winner by more than a tie. It is checked after every turn, so it errs
 * more often than a single check would: hence half a deviation more.
 */
function isDecided(field: readonly Rated[]): boolean {
  const deviations = 2.5;
  const [leader] = byRatio(field);
  if (leader === undefined) return true;
  const winner = beatsDefault(leader, deviations) ? leader : undefined;
  return field.every((one) => {
    const slower = one.ratios.map((ratio, i) => ratio > (1 - tie) * (winner?.ratios[i] ?? 1));
    return one === winner || isSure(slower, deviations);
  });
}

/**
 * Whether it holds more often than a fair coin would show, by so many standard deviations. This is the sign test, which
 * needs no assumption about the noise. With few readings, it must hold for all.
 */
function isSure(held: readonly boolean[], deviations: number): boolean {
  const { length } = held;
  return held.filter(Boolean).length >= Math.min(length, (length + deviations * Math.sqrt(length)) / 2);
}
