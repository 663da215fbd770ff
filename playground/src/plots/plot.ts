/** Plots by uPlot, which is loaded with the first of them. They follow the theme and the size of their place. */
import "uplot/dist/uPlot.min.css";
import type uPlot from "uplot";

export interface Series {
  readonly label: string;
  /** The name of a colour of the page: `--series-wasm`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly look?: "line" | "points" | "bars" | "limit";
}

export interface PlotData {
  readonly x: readonly number[];
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** Whether both axes are logarithmic. */
  readonly log?: boolean;
  /** What the axes show even where there are no points yet. */
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
}

export interface Plot {
  readonly show: (data: PlotData) => void;
}

/** All plots of the page, so that a change of the theme draws them again. */
const all = new Set<() => void>();

export function redrawPlots(): void {
  for (const draw of all) draw();
}

/** @param label what the plot shows, for screen readers: its numbers stand in a table or a sentence beside it. */
export function createPlot(place: HTMLElement, label: string): Plot {
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", label);
  let data: PlotData | undefined;
  let drawn: uPlot | undefined;
  const draw = async (): Promise<void> => {
    if (data === undefined || place.clientWidth === 0) return;
    const { default: UPlot } = await import("uplot");
    drawn?.destroy();
    drawn = new UPlot(optionsOf(UPlot, data, place), dataOf(data), place);
  };
  all.add(() => void draw());
  new ResizeObserver(() => {
    if (data === undefined || place.clientWidth === 0) return;
    if (drawn === undefined) void draw();
    else drawn.setSize(sizeOf(place));
  }).observe(place);
  return {
    show(given) {
      data = given;
      void draw();
    },
  };
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: Math.max(120, clientWidth - 16), height: Math.max(80, clientHeight - 8) };
}

function dataOf({ x, series }: PlotData): uPlot.AlignedData {
  return [[...x], ...series.map((one) => [...one.values])];
}

function optionsOf(UPlot: typeof uPlot, data: PlotData, place: HTMLElement): uPlot.Options {
  const style = getComputedStyle(place);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const { log = false, xLabel, yLabel, xRange, yRange } = data;
  const font = `11px ${style.fontFamily}`;
  const axis = (label: string): uPlot.Axis => ({
    label,
    labelFont: font,
    labelSize: 18,
    font,
    stroke: colour("--soft"),
    grid: { stroke: colour("--grid"), width: 1 },
    ticks: { stroke: colour("--grid"), width: 1, size: 4 },
  });
  return {
    ...sizeOf(place),
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, distr: log ? 3 : 1, ...(xRange && { range: [...xRange] }) },
      y: { distr: log ? 3 : 1, ...(yRange && { range: [...yRange] }) },
    },
    axes: [
      { ...axis(xLabel), size: 28, ...(log && xRange && decades(xRange, 1)) },
      { ...axis(yLabel), size: 52, ...(log && yRange && decades(yRange, 3)) },
    ],
    series: [{}, ...data.series.map((one) => seriesOf(UPlot, one, colour(one.colour)))],
  };
}

function seriesOf(UPlot: typeof uPlot, { label, look = "line" }: Series, stroke: string): uPlot.Series {
  switch (look) {
    case "line":
      return { label, stroke, width: 2, points: { show: true, size: 6, fill: stroke } };
    case "limit":
      return { label, stroke, width: 1, dash: [5, 4], points: { show: false } };
    case "points":
      return { label, stroke, paths: () => null, points: { show: true, size: 7, fill: stroke } };
    case "bars": {
      const { bars } = UPlot.paths;
      const paths = bars === undefined ? {} : { paths: bars({ size: [0.9, 60] }) };
      return { label, stroke, fill: stroke, points: { show: false }, ...paths };
    }
  }
}

/** The powers of ten within a range, some of them. */
function decades(
  [from, to]: readonly [number, number],
  every: number,
): Pick<uPlot.Axis, "splits" | "values"> {
  const [first, last] = [Math.round(Math.log10(from)), Math.round(Math.log10(to))];
  const powers = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
    (one) => one % every === 0,
  );
  return {
    splits: powers.map((one) => 10 ** one),
    values: powers.map((one) => (one >= 0 && one <= 2 ? String(10 ** one) : `1e${one}`)),
  };
}
