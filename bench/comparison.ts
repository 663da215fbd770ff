/** The parts of a table other than the times, for forward passes and for gradients. */
import type { Outcome } from "./race.ts";
import { largestSaneError, ratiosOf, timingOf } from "./ratios.ts";
import type { Results } from "./results.ts";

/** Normc's time divided by another time. It makes a column, and a line of the summary. */
export interface Ratio {
  readonly label: string;
  value(outcome: Outcome): number | undefined;
  /** The contestant whose time is compared, if it varies from case to case. */
  to?(outcome: Outcome): string | undefined;
  /** The largest ratio that is acceptable. */
  readonly aim?: number;
}

export interface Comparison {
  readonly title: string;
  /** The command that was run. */
  readonly command: string;
  readonly ratios: readonly Ratio[];
  /** Lines between the times and the summary. */
  readonly legend: readonly string[];
  readonly error: string;
  readonly saneError: number;
}

type Kind = Pick<Results, "dtype" | "gradients">;

export function comparisonOf({ dtype, gradients }: Kind, withPeers: boolean): Comparison {
  return gradients ? ofGradients(withPeers) : ofForward(dtype, withPeers);
}

/** For progress lines: normc's time in copies. */
export function copiesOf(outcome: Outcome, kind: Kind): number | undefined {
  return comparisonOf(kind, false).ratios[0]?.value(outcome);
}

function ofForward(dtype: Kind["dtype"], withPeers: boolean): Comparison {
  const limits: readonly Ratio[] = [
    { label: "÷ copy", value: (outcome) => ratiosOf(outcome, dtype).copy },
    { label: "÷ memcpy", value: (outcome) => ratiosOf(outcome, dtype).memcpy },
  ];
  const peers: readonly Ratio[] = [
    {
      label: "÷ fastest peer",
      value: (outcome) => ratiosOf(outcome, dtype).peer,
      to: (outcome) => ratiosOf(outcome, dtype).fastest,
    },
    { label: "÷ ORT cpu", value: (outcome) => ratiosOf(outcome, dtype).processor },
  ];
  return {
    title: `Times beside a copy kernel${dtype === "f16" ? ", f16" : ""}`,
    command: "npm run bench",
    ratios: [...limits, ...(withPeers ? peers : [])],
    legend: [],
    error: "Largest error of an element against a float64 reference:",
    saneError: largestSaneError[dtype],
  };
}

/**
 * A sum of 1e5 terms in f32, added one after another, has an error of about 1e-4. A wrong formula has a far larger one.
 */
const saneGradientError = 1e-3;

function ofGradients(withPeers: boolean): Comparison {
  const ms = (outcome: Outcome, name: string): number => {
    const timing = timingOf(outcome, name);
    const right = timing !== undefined && (timing.error ?? 0) <= saneGradientError;
    return right ? timing.ms.median : Number.NaN;
  };
  const ratio = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
  const [back, both, savingBack, savingBoth, peer, peerForward, jax] = [
    "normc backward",
    "normc forward + backward",
    "normc saving backward",
    "normc saving forward + backward",
    "TF.js forward + gradient",
    "TF.js forward",
    "jax-js backward",
  ];
  const peers: readonly Ratio[] = [
    {
      label: "both ÷ TF.js both",
      value: (outcome) => ratio(ms(outcome, both) / ms(outcome, peer)),
      aim: 1 / 3,
    },
    {
      label: "saving both ÷ TF.js both",
      value: (outcome) => ratio(ms(outcome, savingBoth) / ms(outcome, peer)),
      aim: 1 / 3,
    },
    { label: "backward ÷ TF.js both", value: (outcome) => ratio(ms(outcome, back) / ms(outcome, peer)) },
    {
      label: "backward ÷ TF.js difference",
      value: (outcome) => ratio(ms(outcome, back) / (ms(outcome, peer) - ms(outcome, peerForward))),
    },
    { label: "backward ÷ jax-js backward", value: (outcome) => ratio(ms(outcome, back) / ms(outcome, jax)) },
  ];
  return {
    title: "Backward passes beside a copy kernel",
    command: "npm run bench -- --grad",
    ratios: [
      { label: "÷ copy", value: (outcome) => ratio(ms(outcome, back) / ms(outcome, "copy")), aim: 3 },
      { label: "÷ memcpy", value: (outcome) => ratio(ms(outcome, back) / ms(outcome, "memcpy")) },
      {
        label: "saving ÷ copy",
        value: (outcome) => ratio(ms(outcome, savingBack) / ms(outcome, "copy")),
        aim: 3,
      },
      ...(withPeers ? peers : []),
    ],
    legend: [
      "",
      "- `÷ copy`: normc's backward pass (all gradients) over the fastest copy kernel of the bytes that it must move: x, d_y and gamma read once, each gradient written once. At most 3 is the aim.",
      "- `÷ memcpy`: over memcpy of the same bytes on all cores.",
      "- `saving …`: the same with the statistics kept by the forward pass (`--save stats`).",
      ...(withPeers
        ? [
            "- `both ÷ TF.js both`: normc's forward and backward pass over TensorFlow.js's gradient, which always runs its forward pass too. At most 0.33 is the aim.",
            "- `backward ÷ TF.js both`: normc's backward pass alone over the same.",
            "- `backward ÷ TF.js difference`: normc's backward pass over TensorFlow.js's gradient less its forward pass, a difference of two medians.",
            "- `backward ÷ jax-js backward`: normc's backward pass over jax-js's `vjp`, whose y nobody takes. Both compute the statistics again.",
          ]
        : []),
      "- **Bold** misses the aim.",
    ],
    error: `Largest error of an element against a float64 reference, over the largest magnitude in its gradient (above ${saneGradientError} it is wrong); of \`TF.js forward\` that of y:`,
    saneError: saneGradientError,
  };
}
