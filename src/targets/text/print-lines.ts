/** The lines of an emitted shader. Printers write the contents of a line; only this file indents. */
export type Line = string | Block;

export interface Block {
  readonly open: string;
  readonly body: readonly Line[];
  readonly close: string;
}

/** Each line ends with a line break. A block is indented by two more spaces. */
export function printLines(lines: readonly Line[], indent: string): string {
  return lines
    .map((line) =>
      typeof line === "string"
        ? `${indent}${line}\n`
        : `${indent}${line.open}\n${printLines(line.body, `${indent}  `)}${indent}${line.close}\n`,
    )
    .join("");
}
