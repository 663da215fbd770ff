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
