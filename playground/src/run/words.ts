/** Numbers for people. */

export function millisecondsText(ms: number): string {
  if (!Number.isFinite(ms)) return "—";
  if (ms < 0.1) return `${(1000 * ms).toFixed(ms < 0.01 ? 1 : 0)} µs`;
  return ms < 100 ? `${ms.toPrecision(3)} ms` : `${ms.toFixed(0)} ms`;
}

export function errorText(error: number): string {
  if (Number.isNaN(error)) return "NaN";
  return error === 0 ? "0" : error.toExponential(1);
}

export function bytesText(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}
