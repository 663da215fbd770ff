/**
 * Gradients, checked: those of the oracle's backward graph against central differences of its forward graph, and those of
 * each backend against the oracle's. Tensors are small, since each difference runs the oracle twice.
 */
import { differentiable, withCotangent } from "../../../src/graph/autodiff/gradient-names.ts";
import { gradientName } from "../../../src/graph/tensor/gradient-name.ts";
import { type Graph, reachable } from "../../../src/graph/tensor/graph.ts";
import { uniform } from "../../../src/tuning/measure/uniform.ts";
import { openBackend } from "./backends.ts";
import { backendNames, type GradientEvent } from "./protocol.ts";
import type { Stopped } from "./run.ts";
import { messageOf } from "./run.ts";
import { feedsOf, oracle, relativeError, type Sized, sizedBackward, type Values } from "./sized.ts";

/** So many elements of each tensor are moved. */
const moved = 12;
/** In float64 the error of a central difference is then about 1e-8, by its cube and by rounding. */
const step = 1e-4;

/** @returns what was compared, as a sentence. */
export async function checkGradients(
  forward: Sized,
  backwardGraph: Graph,
  tell: (event: GradientEvent) => void,
  stopped: Stopped,
): Promise<string> {
  const backward = sizedBackward(backwardGraph, forward);
  const feeds = withCotangents(forward, feedsOf(forward));
  const read = new Set(backwardGraph.tensors.filter((one) => one.role !== "output").map((one) => one.name));
  const own: Values = new Map([...feeds].filter(([name]) => read.has(name)));
  const want = oracle(backward, own);
  const isOwn = saysGradients(forward.graph);
  for (const { name } of differentiable(forward.graph)) {
    if (stopped()) return "stopped";
    const gradients = want.get(gradientName(name));
    if (gradients === undefined) continue;
    const error = differences(forward, feeds, name, gradients);
    tell({
      gradient: gradientName(name),
      by: "differences",
      error,
      ...(isOwn ? { note: ownGradients } : {}),
    });
  }
  for (const backendName of backendNames) {
    if (stopped()) return "stopped";
    const backend = await openBackend(backendName);
    if ("missing" in backend) continue;
    try {
      const norm = await backend.create(backward);
      try {
        const got = await norm.run(own);
        for (const [gradient, values] of want) {
          const found = got.get(gradient);
          if (found !== undefined) tell({ gradient, by: backendName, error: relativeError(found, values) });
        }
      } finally {
        await norm.destroy();
      }
    } catch (error) {
      for (const gradient of want.keys())
        tell({ gradient, by: backendName, error: Number.NaN, note: messageOf(error) });
    }
  }
  const shown = Object.entries(forward.dims).map(([name, dims]) => `${name}[${dims.join(", ")}]`);
  const compared = `${moved} elements of each tensor were moved by ±${step}, in float64, on ${shown.join(", ")}.`;
  return isOwn ? `${ownGradients} ${compared}` : compared;
}

const ownGradients =
  "The spec says gradients itself (stop_gradient, or on backward): differences of the values need not agree.";

function saysGradients({ results, backward }: Graph): boolean {
  const nodes = reachable(results.map((one) => one.value));
  return backward !== undefined || nodes.some((one) => one.kind === "map" && one.op === "with_gradient_of");
}

function withCotangents({ graph, shapes }: Sized, feeds: Values): Values {
  const next = uniform(7);
  const cotangents = withCotangent(graph).map(({ name }): [string, Float32Array] => [
    gradientName(name),
    Float32Array.from({ length: shapes.elements.get(name) ?? 0 }, () => 2 * next() - 1),
  ]);
  return new Map([...feeds, ...cotangents]);
}

/** The worst of some elements, relative to the largest gradient of the tensor. */
function differences(forward: Sized, feeds: Values, name: string, gradients: Float64Array): number {
  const values = Float64Array.from(feeds.get(name) ?? []);
  const next = uniform(3);
  const places = Array.from({ length: Math.min(moved, values.length) }, () =>
    Math.floor(next() * values.length),
  );
  const largest = gradients.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-3);
  const lossAt = (place: number, by: number): number => {
    const other = values.slice();
    other[place] = (other[place] ?? 0) + by;
    return loss(forward, feeds, oracle(forward, new Map([...feeds, [name, other]])));
  };
  return places.reduce((worst, place) => {
    const slope = (lossAt(place, step) - lossAt(place, -step)) / (2 * step);
    return Math.max(worst, Math.abs(slope - (gradients[place] ?? Number.NaN)) / largest);
  }, 0);
}

/** Σ d_y · y over all outputs. */
function loss({ graph }: Sized, feeds: Values, results: ReadonlyMap<string, Float64Array>): number {
  return withCotangent(graph).reduce((sum, { name }) => {
    const weights = feeds.get(gradientName(name)) ?? [];
    const values = results.get(name) ?? new Float64Array();
    return values.reduce((all, one, i) => all + one * (weights[i] ?? 0), sum);
  }, 0);
}
