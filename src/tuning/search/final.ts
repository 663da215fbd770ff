/**
 * The final of a search: the fastest few are timed again, in turn with the default, and fewer of them as it goes on
 * (successive halving; Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed bandits", ICML 2013). It ends
 * when it is sure enough, so that a quiet machine is soon done and a noisy one takes the time that it needs.
 */
import { byRatio, type Rated, ratioOf } from "./turns.ts";

/** Less than this is not worth another variant than the default: two runs of the same differ by as much. */
const tie = 0.03;
/** Those within this factor of the best take part, and so many at most. */
const close = 1.2;
export const entrants = 12;
/** From so many turns on, so many go on. */
const rounds = [
  { turns: 4, keep: 8 },
  { turns: 10, keep: 4 },
  { turns: 20, keep: 2 },
] as const;
/**
 * Earlier nothing is sure: what others do to a machine lasts seconds, and favours now one variant and now another. After
 * eight turns weight standardization on SwiftShader once had a winner that was 1.12 times the default a minute later.
 */
const soonest = 12;
/** That many are held even when the time is up: a winner by a single reading would be one by chance. */
export const leastTurns = 4;
const mostTurns = 40;

/**
 * @param ranked candidates with what was read of them in the search, the fastest first.
 * @param room how many can be timed `leastTurns` times before the time is up.
 * @param turn takes a reading of each.
 * @returns the winner, or undefined where it is the default.
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
  // What brought them here is luck in part, the more the more were tried, and counts no longer.
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
 * Whether nobody can be better than the winner by more than a tie. It is asked after every turn and so may be wrong more
 * often than a question asked once: hence half a deviation more.
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
 * Whether it holds more often than of a fair coin, by so many standard deviations: the sign test, which asks for no shape
 * of the noise. Of few readings, all.
 */
function isSure(held: readonly boolean[], deviations: number): boolean {
  const { length } = held;
  return held.filter(Boolean).length >= Math.min(length, (length + deviations * Math.sqrt(length)) / 2);
}
