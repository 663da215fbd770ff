/** What the pictures show. */
import type { TopLevelSpec } from "vega-lite";
import type { DataName } from "../data/data.ts";
import { type NetworkName, networkNames } from "../networks/kinds.ts";
import type { Cell, Landscape } from "./gather.ts";

const colors: Readonly<Record<NetworkName, string>> = {
  none: "#888888",
  BN: "#d62728",
  LN: "#8c564b",
  IN: "#e377c2",
  GN: "#1f77b4",
  WS: "#bcbd22",
  "WS+BN": "#ff9896",
  "WS+GN": "#2ca02c",
  "WS+LN": "#17becf",
  "WS+BCN": "#9467bd",
};

function colorOf(names: readonly NetworkName[]) {
  const domain = networkNames.filter((one) => names.includes(one));
  return {
    field: "network",
    type: "nominal",
    title: null,
    scale: { domain: [...domain], range: domain.map((one) => colors[one]) },
  } as const;
}

type Panel = Extract<TopLevelSpec, { readonly hconcat: unknown }>["hconcat"][number];

const main: readonly NetworkName[] = ["none", "BN", "GN", "WS+GN"];
/** Errors above are cut off: the axis belongs to those that learn. */
const mostError = 60;

/** Test error against batch size: the four networks of the papers, and beside them the others. */
export function errorFigure(cells: readonly Cell[], data: DataName): TopLevelSpec {
  const values = cells
    .filter((one) => one.data === data)
    .flatMap(({ network, batch, errors }) => errors.map((error) => ({ network, batch, error: 100 * error })));
  const most = Math.min(mostError, Math.max(...values.map(({ error }) => error)));
  const panel = (names: readonly NetworkName[], title: string): Panel => ({
    title,
    width: 300,
    height: 260,
    data: { values: values.filter(({ network }) => names.includes(network)) },
    encoding: {
      x: {
        field: "batch",
        type: "quantitative",
        title: "batch",
        scale: { type: "log", base: 2 },
        axis: { values: [1, 2, 4, 8, 16, 32, 128], format: "d" },
      },
      color: colorOf(names),
    },
    layer: [
      {
        mark: { type: "errorband", extent: "stdev", clip: true },
        encoding: { y: errorAxis(most) },
      },
      {
        mark: { type: "line", point: true, clip: true },
        encoding: { y: { ...errorAxis(most), aggregate: "mean" } },
      },
    ],
  });
  return {
    hconcat: [
      { names: main, title: "batch norm, group norm, weight standardization" },
      { names: networkNames.filter((one) => !main.includes(one)), title: "the others" },
    ].flatMap(({ names, title }) =>
      values.some(({ network }) => names.includes(network)) ? panel(names, title) : [],
    ),
    resolve: { scale: { color: "independent" } },
  };
}

function errorAxis(most: number) {
  return {
    field: "error",
    type: "quantitative",
    title: "test error, %",
    scale: { domain: [0, most] as number[], nice: false },
  } as const;
}

/** Test error and loss after each epoch, for some batches. */
export function curvesFigure(cells: readonly Cell[], data: DataName): TopLevelSpec {
  const values = cells
    .filter((one) => one.data === data && [1, 4, 32, 128].includes(one.batch))
    .flatMap(({ network, batch, curves }) =>
      curves.flatMap((epochs) =>
        epochs.map(({ loss, error }, i) => ({
          network,
          batch: `batch ${batch}`,
          epoch: i + 1,
          loss,
          error: 100 * error,
        })),
      ),
    );
  const row = (field: "loss" | "error", title: string, domain: readonly [number, number]): Panel => ({
    facet: {
      column: {
        field: "batch",
        type: "nominal",
        title: null,
        sort: ["batch 1", "batch 4", "batch 32", "batch 128"],
      },
    },
    spec: {
      width: 180,
      height: 150,
      mark: { type: "line", clip: true },
      encoding: {
        x: { field: "epoch", type: "quantitative", axis: { tickMinStep: 1 } },
        y: { field, aggregate: "mean", type: "quantitative", title, scale: { domain: [...domain] } },
        color: colorOf(networkNames),
      },
    },
  });
  return {
    data: { values },
    vconcat: [row("loss", "training loss", [0, 2.4]), row("error", "test error, %", [0, mostError])],
  };
}

/** The three figures along the gradient, over training steps, of one seed: the others are in the numbers. */
export function landscapeFigure(landscapes: readonly Landscape[]): TopLevelSpec {
  const names = landscapes.map(({ network }) => network);
  const values = landscapes.flatMap(({ network, seeds }) =>
    (seeds[0] ?? []).map((probe) => ({ network, ...probe })).filter(({ most }) => Number.isFinite(most)),
  );
  const panel = (title: string, low: string, high: string): Panel => ({
    width: 230,
    height: 200,
    title,
    mark: low === high ? { type: "line", clip: true } : { type: "area", opacity: 0.45, clip: true },
    encoding: {
      x: { field: "step", type: "quantitative", title: "step" },
      y: { field: high, type: "quantitative", title: null, scale: { type: "log" } },
      ...(low === high ? {} : { y2: { field: low } }),
      color: colorOf(names),
    },
  });
  return {
    data: { values },
    hconcat: [
      panel("loss along the gradient", "least", "most"),
      panel("change of the gradient", "leastChange", "mostChange"),
      panel("effective smoothness", "smoothness", "smoothness"),
    ],
  };
}
