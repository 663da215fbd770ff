/** Results of runs -> cells: what has the same network, batch and data, over seeds. */
import type { DataName } from "../data/data.ts";
import type { Plan } from "../grid/plans.ts";
import type { Result } from "../grid/results.ts";
import type { Probe } from "../landscape/probe.ts";
import type { NetworkName } from "../networks/kinds.ts";
import type { Epoch } from "../training/train.ts";

export interface Spread {
  readonly count: number;
  readonly mean: number;
  /** The standard deviation over seeds. */
  readonly deviation: number;
}

export interface Cell {
  readonly data: DataName;
  readonly network: NetworkName;
  readonly batch: number;
  /** How many runs the plan has for it. */
  readonly planned: number;
  /** Of each finished run. */
  readonly errors: readonly number[];
  /** With the mean of the statistics of the training set; only of networks with running statistics. */
  readonly errorsOfMeans: readonly number[];
  readonly curves: readonly (readonly Epoch[])[];
  /** Runs whose loss is no number, or that know no more than chance. */
  readonly diverged: number;
}

export interface Landscape {
  /** `BN` and `none` for the deep linear network. */
  readonly network: NetworkName;
  readonly data: DataName | "linear";
  readonly seeds: readonly (readonly Probe[])[];
}

export interface Gathered {
  readonly cells: readonly Cell[];
  readonly landscapes: readonly Landscape[];
  readonly planned: number;
  readonly finished: number;
  /** Of all runs together, on one thread each. */
  readonly seconds: number;
}

/** An error of 0.9 is chance. */
const knowsNothing = 0.85;

export function gather({ runs }: Plan, results: readonly Result[]): Gathered {
  const cells = new Map<string, Cell>();
  const landscapes = new Map<string, Landscape>();
  for (const run of runs) {
    if (run.kind !== "training") continue;
    const { data, network, batch } = run;
    const key = `${data} ${network} ${batch}`;
    const known = cells.get(key);
    cells.set(key, {
      ...(known ?? { data, network, batch, errors: [], errorsOfMeans: [], curves: [], diverged: 0 }),
      planned: (known?.planned ?? 0) + 1,
    });
  }
  for (const result of results) {
    if ("trained" in result) {
      const { data, network, batch } = result.run;
      const key = `${data} ${network} ${batch}`;
      const cell = cells.get(key);
      if (cell === undefined) continue;
      const { error, errorOfMeans, epochs } = result.trained;
      const isLost = error > knowsNothing || !Number.isFinite(epochs.at(-1)?.loss ?? Number.NaN);
      cells.set(key, {
        ...cell,
        errors: [...cell.errors, error],
        errorsOfMeans: errorOfMeans === undefined ? [] : [...cell.errorsOfMeans, errorOfMeans],
        curves: [...cell.curves, epochs],
        diverged: cell.diverged + (isLost ? 1 : 0),
      });
      continue;
    }
    const { run, probes } = result;
    const [data, network] =
      run.kind === "linear"
        ? (["linear", run.norm ? "BN" : "none"] as const)
        : ([run.data, run.network] as const);
    const key = `${data} ${network}`;
    const known = landscapes.get(key) ?? { data, network, seeds: [] };
    landscapes.set(key, { ...known, seeds: [...known.seeds, probes] });
  }
  return {
    cells: [...cells.values()],
    landscapes: [...landscapes.values()],
    planned: runs.length,
    finished: results.length,
    seconds: results.reduce((sum, one) => sum + ("trained" in one ? one.trained.seconds : one.seconds), 0),
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, one) => sum + one, 0) / count;
  const squares = values.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { count, mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0 };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

export interface Smoothness {
  readonly range: Spread;
  readonly change: Spread;
  readonly smoothness: Spread;
}

/** The median over training of each figure, and its spread over seeds. */
export function summaryOf({ seeds }: Landscape): Smoothness {
  const over = (figure: (probe: Probe) => number): Spread =>
    spreadOf(seeds.map((probes) => median(probes.map(figure).filter(Number.isFinite))));
  return {
    range: over(({ least, most }) => most - least),
    change: over(({ mostChange }) => mostChange),
    smoothness: over(({ smoothness }) => smoothness),
  };
}
