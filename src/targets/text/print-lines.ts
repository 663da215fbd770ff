/** The lines of an emitted shader. Printers write the contents of a line; only this file indents. */
export type Line = string | Block;

export interface Block {
  readonly open: string;
  readonly body: readonly Line[];
  readonly close: string;
}

/** Each line ends with a line break. A block is indented by two more spaces. */
export function printLines(lines: readonly Line[], indent: string): string {
  const texts: string[] = [];
  const put = (some: readonly Line[], before: string): void => {
    for (const line of some) {
      if (typeof line === "string") {
        texts.push(before, line, "\n");
        continue;
      }
      texts.push(before, line.open, "\n");
      put(line.body, `${before}  `);
      texts.push(before, line.close, "\n");
    }
  };
  put(lines, indent);
  return texts.join("");
}
