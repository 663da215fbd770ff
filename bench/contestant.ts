/**
 * A contestant runs in its own process, because two copies of Dawn in one process disturb each other and a driver may
 * crash. This is the child's side: it prepares a case, and then takes one timing for each request.
 */
import type { Timed } from "../src/tuning/measure/slope.ts";
import { type Slope, slopes } from "../src/tuning/measure/slope.ts";
import type { BenchCase } from "./cases.ts";
import { type CaseData, cotangentOf, type Dtype, dataOf } from "./data.ts";
import { type Gradients, gradientsOf, largestGradientError } from "./gradient-reference.ts";
import { expectedOf, largestError } from "./reference.ts";

/** One column of the table, ready to be timed. */
export interface Entry {
  readonly name: string;
  readonly timed: Timed;
  /** The result that it computed from the data. The copy kernel has none. */
  readonly result?: () => Promise<ArrayLike<number>>;
  /** The gradients instead, if it is a backward pass. */
  readonly gradients?: () => Promise<Gradients>;
  /** How it is composed, its variant, and so on. */
  readonly note?: string;
  /** The minimum traffic in bytes. Only normc knows it. */
  readonly bytes?: number;
}

export interface Prepared {
  readonly entries: readonly Entry[];
  release(): void | Promise<void>;
}

export interface Opened {
  /** The adapter in words, if the contestant can ask for it. */
  readonly adapter?: string;
  readonly software?: boolean;
  readonly versions: Readonly<Record<string, string>>;
  prepare(one: BenchCase, data: CaseData, dtype: Dtype): Promise<Prepared>;
}

export interface EntryInfo {
  readonly name: string;
  readonly note?: string;
  readonly bytes?: number;
  readonly error?: number;
}

export type Request =
  | { readonly id: number; readonly ask: "open" }
  | { readonly id: number; readonly ask: "prepare"; readonly one: BenchCase; readonly dtype: Dtype }
  | { readonly id: number; readonly ask: "time"; readonly name: string }
  | { readonly id: number; readonly ask: "release" };

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: string };

/** Answers the parent's requests, one at a time. @throws Error if the contestant refuses. */
export type Answering = (request: Request) => Promise<unknown>;

/** Answers the parent's requests in this process, until the parent closes the channel. */
export function serve(open: () => Promise<Opened>): void {
  relay(answering(open));
}

/** Passes the parent's requests on, whoever answers them. */
export function relay(answer: Answering): void {
  process.on("message", (request: Request) => {
    answer(request).then(
      (value) => send({ id: request.id, value }),
      (error: unknown) => send({ id: request.id, failure: firstLine(error) }),
    );
  });
  process.on("disconnect", () => process.exit());
}

/** Uses nothing of Node, since some contestants live in pages. */
export function answering(open: () => Promise<Opened>): Answering {
  let opened: Opened | undefined;
  let prepared: Prepared | undefined;
  const timings = new Map<string, Slope>();

  const release = async (): Promise<void> => {
    timings.clear();
    await prepared?.release();
    prepared = undefined;
  };
  return async (request) => {
    switch (request.ask) {
      case "open": {
        opened = await open();
        const { adapter, software, versions } = opened;
        return { adapter, software, versions };
      }
      case "prepare": {
        if (opened === undefined) throw new Error("asked to prepare before it was opened");
        const { one, dtype } = request;
        const data = dataOf(one, dtype);
        prepared = await opened.prepare(one, data, dtype);
        const errorOf = comparing(one, data);
        const infos: EntryInfo[] = [];
        for (const entry of prepared.entries) {
          const { name, note, bytes, timed } = entry;
          const error = await errorOf(entry);
          timings.set(name, await slopes(timed));
          infos.push({ name, note, bytes, error });
        }
        return infos;
      }
      case "time":
        return timings.get(request.name)?.();
      case "release":
        return release();
    }
  };
}

/** The error of an entry's result. What is expected is computed once for all entries. */
function comparing(one: BenchCase, data: CaseData): (entry: Entry) => Promise<number | undefined> {
  let expected: Float64Array | undefined;
  let expectedGradients: Gradients | undefined;
  return async ({ result, gradients }) => {
    if (result !== undefined) {
      expected ??= expectedOf(one, data);
      return largestError(expected, await result());
    }
    if (gradients === undefined) return undefined;
    expectedGradients ??= gradientsOf(one, data, cotangentOf(one));
    return largestGradientError(expectedGradients, await gradients());
  };
}

function send(answer: Answer): void {
  process.send?.(answer);
}

/** A message short enough for a table. Peers print pages. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n").find((line) => line.trim() !== "") ?? "no reason given").trim().slice(0, 300);
}

/** Times a run with the wall clock. */
export function timedRun(run: (count: number) => Promise<unknown>, most?: number): Timed {
  return {
    ...(most === undefined ? {} : { most }),
    async time(count) {
      const start = performance.now();
      await run(count);
      return performance.now() - start;
    },
  };
}
