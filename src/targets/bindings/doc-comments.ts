/**
 * Makes text safe inside a block comment: it has no end sign, no tag at the start of a line and no control characters,
 * so it can neither end the comment nor instruct a tool.
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
