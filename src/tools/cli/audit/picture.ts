/** The picture of `normc audit --svg`: the error of each layer over the mean of its input, by ONNX Runtime and by the spec. */
import { scaleLog, scaleOrdinal } from "d3-scale";
import { escapeHtml } from "../../../../templates/fill.ts";
import { type Errors, means } from "./measure.ts";

export interface Curve {
  readonly title: string;
  readonly ours: Errors;
  readonly theirs: Errors | undefined;
}

/** Colours that people who confuse red and green can tell apart (Okabe and Ito, 2008). */
const colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#888888"];

const [width, left, right, top, bottom] = [760, 70, 730, 50, 350];
const lineHeight = 18;

export function pictureText(curves: readonly Curve[], runtime: string | undefined): string {
  const colorOf = scaleOrdinal<string, string>()
    .domain(curves.map((one) => one.title))
    .range(colors);
  const x = scaleLog([1, 1e6], [left, right]);
  const y = scaleLog([1e-8, 1e2], [bottom, top]).clamp(true);
  const points = (errors: Errors): string =>
    errors
      .map((error, i) => `${x(means[i] ?? 1)},${y(Number.isFinite(error) ? Math.max(error, 1e-8) : 1e2)}`)
      .join(" ");
  const line = (errors: Errors, color: string, dash: string): string =>
    `<polyline points="${points(errors)}" fill="none" stroke="${color}" stroke-width="2"${dash}/>`;
  const text = (at: number, to: number, words: string, anchor = "middle"): string =>
    `<text x="${at}" y="${to}" text-anchor="${anchor}">${escapeHtml(words)}</text>`;
  const height = bottom + 50 + lineHeight * curves.length;
  const lines = [
    ...means.map((mean) => text(x(mean), bottom + 18, power(mean))),
    ...[1e-8, 1e-6, 1e-4, 1e-2, 1, 1e2].map((error) => text(left - 8, y(error) + 4, power(error), "end")),
    `<path d="M${left} ${top}V${bottom}H${right}" fill="none" stroke="#888888"/>`,
    `<path d="M${left} ${y(1e-5)}H${right}" stroke="#888888" stroke-dasharray="2 3"/>`,
    text(right, y(1e-5) - 5, "1e-5", "end"),
    text((left + right) / 2, bottom + 36, "mean of the input, whose standard deviation is 1"),
    text(left - 50, top - 26, "largest distance from float64", "start"),
    text(right, top - 26, `solid: ${runtime ?? "(no ONNX Runtime)"}; dashed: the spec`, "end"),
    ...curves.flatMap(({ title, ours, theirs }, i) => {
      const color = colorOf(title);
      const at = bottom + 60 + lineHeight * i;
      return [
        ...(theirs === undefined ? [] : [line(theirs, color, "")]),
        line(ours, color, ' stroke-dasharray="6 5"'),
        `<path d="M${left} ${at - 4}h24" stroke="${color}" stroke-width="2"/>`,
        text(left + 32, at, title, "start"),
      ];
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
${lines.join("\n")}
</svg>
`;
}

const power = (value: number): string => value.toExponential(0).replace("e+", "e");
