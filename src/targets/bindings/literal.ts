import { propertyKey } from "./taken-names.ts";

const lineWidth = 110;

/** Plain data as a TypeScript expression, on several lines where one would be long. Text of several lines is a template. */
export function printLiteral(value: unknown, indent = ""): string {
  if (typeof value === "string") return value.includes("\n") ? templateLiteral(value) : stringLiteral(value);
  if (typeof value !== "object" || value === null) return numberLiteral(value);
  const inner = `${indent}  `;
  const array = Array.isArray(value);
  const parts = array
    ? value.map((each: unknown) => printLiteral(each, inner))
    : Object.entries(value)
        .filter(([, each]) => each !== undefined)
        .map(
          ([key, each]) =>
            `${key === "__proto__" ? `["__proto__"]` : propertyKey(key)}: ${printLiteral(each, inner)}`,
        );
  const [open, close] = array ? ["[", "]"] : ["{", "}"];
  if (parts.length === 0) return `${open}${close}`;
  const line = array ? `[${parts.join(", ")}]` : `{ ${parts.join(", ")} }`;
  if (!line.includes("\n") && indent.length + line.length <= lineWidth) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
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

function templateLiteral(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${");
  return `\`${escapeUnseen(escaped)}\``;
}

/** Characters that an editor hides or a file in UTF-8 cannot hold; a template would turn a `\r` into `\n`. */
function escapeUnseen(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
