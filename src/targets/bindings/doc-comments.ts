/**
 * Text for the inside of a block comment, in which nothing of it can end it or speak to a tool: no end sign, no
 * tag at the start of a line, no control characters.
 */
export function escapeComment(text: string): string {
  return (
    text
      .replace(/\r\n?|[\u2028\u2029]/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, " ")
      .replaceAll("*/", "*\\/")
      .replace(/^([\s*/]*)@/gm, "$1\\@")
      .trim()
  );
}

/** A documentation comment, line by line; no lines where there is nothing to say. */
export function commentLines(text: string): string[] {
  return linesOf(escapeComment(text));
}

/** The same for a member, with its default value in the tag that editors show. */
export function memberLines(member: { readonly doc: string; readonly defaultValue?: string }): string[] {
  const tag = member.defaultValue === undefined ? "" : `@default ${escapeComment(member.defaultValue)}`;
  return linesOf([escapeComment(member.doc), tag].filter((one) => one !== "").join("\n\n"));
}

function linesOf(escaped: string): string[] {
  if (escaped === "") return [];
  if (!escaped.includes("\n")) return [`/** ${escaped} */`];
  return ["/**", ...escaped.split("\n").map((line) => ` * ${line}`.trimEnd()), " */"];
}
