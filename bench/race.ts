/** One case: prepares every contestant, then all take timings in turn. */
import { type Spread, spreadOf } from "../src/tuning/measure/spread.ts";
import type { BenchCase } from "./cases.ts";
import type { Child } from "./child.ts";
import type { EntryInfo } from "./contestant.ts";
import type { Seat } from "./contestants.ts";
import type { Dtype } from "./data.ts";

export interface Timing extends Omit<EntryInfo, "name" | "refused"> {
  readonly ms: Spread;
}

/** By the name of the entry: its timing, or the reason why it has none. */
export type Outcome = Readonly<Record<string, Timing | { readonly refused: string }>>;

export interface RaceOptions {
  readonly dtype: Dtype;
  /** Seconds that one entry may spend on its timings. A slow entry gets only a few. */
  readonly budget: number;
  readonly rounds: number;
  readonly onStep: (what: string) => void;
}

/** On a software adapter the shaders of a large chain take long to compile, and torch.compile takes long everywhere. */
const prepareLimitMs = 240_000;
/** A gradient of TensorFlow.js takes 15 s on SwiftShader, and a timing runs three of them. */
const timeLimitMs = 120_000;

interface Lane {
  readonly info: Omit<EntryInfo, "refused">;
  readonly child: Child;
  readonly times: number[];
  spent: number;
  refused?: string;
}

export async function race(one: BenchCase, seats: readonly Seat[], options: RaceOptions): Promise<Outcome> {
  const { dtype, budget, rounds, onStep } = options;
  const lanes: Lane[] = [];
  const outcome: Record<string, Timing | { refused: string }> = {};
  const children: Child[] = [];
  for (const seat of seats) {
    onStep(`preparing ${seat.contestant.name}`);
    try {
      const child = await seat.child();
      children.push(child);
      const infos = await child.ask<EntryInfo[]>({ ask: "prepare", one, dtype }, prepareLimitMs);
      for (const { refused, ...info } of infos) {
        if (refused === undefined) lanes.push({ info, child, times: [], spent: 0 });
        else outcome[info.name] = { refused };
      }
    } catch (error) {
      outcome[seat.contestant.name] = { refused: messageOf(error) };
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const lane of lanes) {
      // A yardstick continues as long as any other entry, because the others are compared with it.
      const others = lanes.some((other) => !isYardstick(other.info.name) && isDue(other, round, budget));
      if (isYardstick(lane.info.name) ? others : isDue(lane, round, budget)) {
        onStep(lane.info.name);
        await timeOnce(lane);
      }
    }
  }
  for (const { info, times, refused } of lanes) {
    const { name, ...about } = info;
    const ms = spreadOf(times);
    const why = refused ?? (ms.median > 0 ? undefined : "its time is less than the noise of a call");
    outcome[name] = why === undefined ? { ...about, ms } : { refused: why };
  }
  for (const child of children) {
    if (!child.ended()) await child.ask({ ask: "release" }, timeLimitMs).catch(() => undefined);
  }
  return outcome;
}

/** Whether the entry is a limit that the others are compared with: a copy kernel, or memcpy in any number of threads. */
export function isYardstick(name: string): boolean {
  return /^(copy|memcpy)\b/.test(name);
}

function isDue({ refused, spent }: Lane, round: number, budget: number): boolean {
  return refused === undefined && (round === 0 || (spent * (round + 1)) / round <= budget * 1000);
}

async function timeOnce(lane: Lane): Promise<void> {
  const start = performance.now();
  try {
    lane.times.push(await lane.child.ask<number>({ ask: "time", name: lane.info.name }, timeLimitMs));
  } catch (error) {
    lane.refused = messageOf(error);
  }
  lane.spent += performance.now() - start;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
