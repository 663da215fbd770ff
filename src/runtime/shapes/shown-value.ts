/** What a caller gave, in a few words: a typed array of a million numbers is `[object Float32Array]`. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.slice(0, 8).map(shownValue).join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  return Object(value) === value ? Object.prototype.toString.call(value) : String(value);
}
