import { propertyKey } from "./taken-names.ts";

const lineWidth = 110;

const expression = Symbol("expression");

/** TypeScript that stands in a literal as it is. */
export interface Code {
  readonly [expression]: string;
}

export function code(text: string): Code {
  return { [expression]: text };
}

export function isCode(value: object): value is Code {
  return expression in value;
}

/** Another way to write a value at that indentation, or undefined where there is none. */
export type WriteInstead = (value: unknown, indent: string) => string | undefined;

/** Plain data as a TypeScript expression, on several lines where one would be long. Text of several lines is a template. */
export function printLiteral(value: unknown, indent = "", instead: WriteInstead = () => undefined): string {
  const other = instead(value, indent);
  if (other !== undefined) return other;
  if (typeof value === "string")
    return value.includes("\n") ? `\`${escapeTemplate(value)}\`` : stringLiteral(value);
  if (typeof value !== "object" || value === null) return numberLiteral(value);
  if (isCode(value)) return value[expression];
  const inner = `${indent}  `;
  const array = Array.isArray(value);
  const parts = array
    ? value.map((each: unknown) => printLiteral(each, inner, instead))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(
          ([key, each]) =>
            `${key === "__proto__" ? `["__proto__"]` : propertyKey(key)}: ${printLiteral(each, inner, instead)}`,
        );
  const [open, close] = array ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return `${open}${close}`;
  const line = array ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (!line.includes("\n") && indent.length + line.length <= lineWidth) return line;
  return `${open}\n${packed(parts, inner)}${indent}${close}`;
}

/** As many parts on a line as there is room for; one of several lines begins a line and ends one. */
function packed(parts: readonly string[], indent: string): string {
  const lines: string[] = [];
  let open = false;
  for (const part of parts) {
    const last = lines.at(-1);
    const single = !part.includes("\n");
    if (single && open && last !== undefined && last.length + part.length + 2 <= lineWidth)
      lines.push(`${lines.pop()} ${part},`);
    else lines.push(`${indent}${part},`);
    open = single;
  }
  return lines.map((line) => `${line}\n`).join("");
}

function numberLiteral(value: unknown): string {
  // JSON writes the numbers that are not finite, and the zero below zero, as something else.
  if (typeof value !== "number") return JSON.stringify(value);
  if (Number.isNaN(value)) return "Number.NaN";
  return Object.is(value, -0) ? "-0" : String(value);
}

function stringLiteral(text: string): string {
  return escapeUnseen(JSON.stringify(text));
}

/** Text as the inside of a template. */
export function escapeTemplate(text: string): string {
  return escapeUnseen(text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${"));
}

/** Characters that an editor hides or a file in UTF-8 cannot hold; a template would turn a `\r` into `\n`. */
function escapeUnseen(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
