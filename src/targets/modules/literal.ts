import { propertyKey } from "../bindings/taken-names.ts";

const lineWidth = 110;

const expression = Symbol("expression");

/** TypeScript code that a literal contains unchanged. */
export interface Code {
  readonly [expression]: string;
}

export function code(text: string): Code {
  return { [expression]: text };
}

export function isCode(value: object): value is Code {
  return expression in value;
}

/** Writes a value in another way at that indentation. Undefined if it does not apply to the value. */
export type WriteInstead = (value: unknown, indent: string) => string | undefined;

/**
 * Writes plain data as a TypeScript expression, on several lines if one would be long. Text of several lines becomes a
 * template literal.
 */
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

/** Puts as many parts on a line as fit. A part of several lines gets lines of its own. */
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
  // JSON cannot write non-finite numbers and negative zero.
  if (typeof value !== "number") return JSON.stringify(value);
  if (Number.isNaN(value)) return "Number.NaN";
  return Object.is(value, -0) ? "-0" : String(value);
}

function stringLiteral(text: string): string {
  return escapeUnseen(JSON.stringify(text));
}

/** Escapes text for the inside of a template literal. */
export function escapeTemplate(text: string): string {
  return escapeUnseen(text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${"));
}

/**
 * Escapes characters that an editor hides or that a UTF-8 file cannot hold. A template literal would also turn `\r`
 * into `\n`.
 */
function escapeUnseen(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
