/** What the lab runs, and in which order: what tells most comes first. */
import type { DataName } from "../data/data.ts";
import type { LandscapeSettings } from "../landscape/landscapes.ts";
import { type NetworkName, networkNames } from "../networks/kinds.ts";
import type { TrainSettings } from "../training/train.ts";

/** One run on one thread. Its settings lie in it, so that a result of other settings is told from it. */
export type Run =
  | ({
      readonly kind: "training";
      readonly data: DataName;
      readonly samples: number;
      readonly tested: number;
    } & TrainSettings)
  | ({
      readonly kind: "landscape";
      readonly data: DataName;
      readonly samples: number;
      readonly network: NetworkName;
      readonly batch: number;
      readonly seed: number;
    } & LandscapeSettings)
  | ({ readonly kind: "linear"; readonly norm: boolean; readonly seed: number } & LandscapeSettings);

export type TrainingRun = Extract<Run, { kind: "training" }>;
export type LandscapeRun = Extract<Run, { kind: "landscape" }>;
export type LinearRun = Extract<Run, { kind: "linear" }>;

export interface Plan {
  readonly name: "full" | "quick";
  readonly runs: readonly Run[];
}

/** The name of a run's file. */
export function nameOf(run: Run): string {
  switch (run.kind) {
    case "training":
      return `${run.data}-${run.network}-b${run.batch}-s${run.seed}`;
    case "landscape":
      return `landscape-${run.data}-${run.network}-s${run.seed}`;
    case "linear":
      return `linear-${run.norm ? "BN" : "none"}-s${run.seed}`;
  }
}

const batches = [1, 2, 4, 8, 16, 32, 128];
const seeds = [1, 2, 3];
const telling: readonly NetworkName[] = ["none", "BN", "GN", "WS+GN"];
const others = networkNames.filter((name) => !telling.includes(name));

/**
 * As in the group norm paper: momentum 0.9, weight decay 1e-4. Its rate is 0.1. Of 0.05, 0.1 and 0.2, tried with one seed at a
 * batch of 32, the network without a norm does best with the first; the others differ less.
 */
const training = { rate: 0.05, momentum: 0.9, decay: 1e-4, glance: 1000 };
/** One rate with which the network learns with and without batch norm. */
const linear = { rate: 0.01, steps: 400, every: 5 };
const landscape = { batch: 128, rate: 0.1, steps: 200, every: 5 };

interface Difficulty {
  readonly data: DataName;
  readonly samples: number;
  readonly tested: number;
  readonly epochs: number;
}

function trainings(
  difficulty: Difficulty,
  {
    networks,
    batches,
    seeds,
  }: {
    readonly networks: readonly NetworkName[];
    readonly batches: readonly number[];
    readonly seeds: readonly number[];
  },
): readonly Run[] {
  return seeds.flatMap((seed) =>
    networks.flatMap((network) =>
      batches.map((batch): Run => ({ kind: "training", ...difficulty, ...training, network, batch, seed })),
    ),
  );
}

const landscapeNetworks: readonly NetworkName[] = ["none", "BN", "WS", "WS+BN", "GN", "WS+GN"];

function landscapes(data: DataName, samples: number, steps = landscape.steps): readonly Run[] {
  return seeds.flatMap((seed) =>
    landscapeNetworks.map(
      (network): Run => ({ kind: "landscape", data, samples, ...landscape, steps, network, seed }),
    ),
  );
}

const linears: readonly Run[] = seeds.flatMap((seed) =>
  [false, true].map((norm): Run => ({ kind: "linear", ...linear, norm, seed })),
);

/** Where Fashion-MNIST is not installed, digits take its place. */
export function fullPlan(hasFashion: boolean): Plan {
  const hard: Difficulty = { data: "fashion", samples: 5000, tested: 10_000, epochs: 10 };
  const easy: Difficulty = { data: "digits", samples: 2000, tested: 10_000, epochs: 10 };
  const sets = hasFashion ? [hard, easy] : [easy];
  const [first, ...more] = sets;
  if (first === undefined) return { name: "full", runs: [] };
  return {
    name: "full",
    runs: [
      ...linears,
      ...trainings(first, { networks: telling, batches, seeds }),
      ...landscapes(first.data, first.samples),
      ...trainings(first, { networks: others, batches, seeds }),
      ...more.flatMap((one) => trainings(one, { networks: networkNames, batches, seeds })),
    ],
  };
}

/** The same in at most three minutes on two cores. */
export function quickPlan(hasFashion: boolean): Plan {
  const data = hasFashion ? "fashion" : "digits";
  const small: Difficulty = { data, samples: 2000, tested: 2000, epochs: 5 };
  return {
    name: "quick",
    runs: [
      ...linears.filter(({ seed }) => seed === 1),
      ...trainings(small, { networks: telling, batches: [1, 4, 32], seeds }),
      ...landscapes(data, small.samples, 50).filter(({ seed }) => seed === 1),
    ],
  };
}
