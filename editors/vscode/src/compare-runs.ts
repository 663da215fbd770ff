/** Compares what a device computed with what the float64 oracle did, as `normc run` prints both. */

export interface Run {
  readonly backend: string;
  readonly adapter: string;
  readonly outputs?: Readonly<
    Record<string, { readonly dims: readonly number[]; readonly data: readonly Value[] }>
  >;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Numbers that JSON lacks are words. */
type Value = number | "NaN" | "Infinity" | "-Infinity";

/** What the outputs of a norm may be off by (`docs/language.md`, "What the promise covers"). */
const allowed = 1e-5;

/** The largest difference, relative to max(1, |wanted|). A NaN in one of them alone is no small error. */
function largestError(got: readonly Value[], wanted: readonly Value[]): number {
  return wanted.reduce<number>((worst, value, i) => {
    const [a, b] = [Number(got[i]), Number(value)];
    if (Object.is(a, b)) return worst;
    const error = Math.abs(a - b) / Math.max(1, Math.abs(b));
    return Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }, 0);
}

/** A line for each output. */
export function comparison(norm: string, device: Run, oracle: Run): string {
  const failed = [device, oracle].find((one) => one.error !== undefined)?.error;
  if (failed !== undefined) return `${norm}: error[${failed.code}]: ${failed.message}`;
  const lines = Object.entries(oracle.outputs ?? {}).map(([name, { dims, data }]) => {
    const error = largestError(device.outputs?.[name]?.data ?? [], data);
    const verdict = error <= allowed ? "within" : "above";
    return `  ${name}[${dims.join(", ")}]  largest error ${error.toExponential(1)}, ${verdict} ${allowed}`;
  });
  const where = device.adapter === "" ? device.backend : `${device.backend}, ${device.adapter}`;
  return [`${norm} on ${where}, against float64`, ...lines].join("\n");
}
