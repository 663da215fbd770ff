/** The lines of an emitted text. Printers say what stands in a line, and this alone how far in it stands. */
export type Line = string | Block;

export interface Block {
  readonly open: string;
  readonly body: readonly Line[];
  readonly close: string;
}

/** Each line ends with a line break; what stands in a block is two blanks further in. */
export function printLines(lines: readonly Line[], indent: string): string {
  return lines
    .map((line) =>
      typeof line === "string"
        ? `${indent}${line}\n`
        : `${indent}${line.open}\n${printLines(line.body, `${indent}  `)}${indent}${line.close}\n`,
    )
    .join("");
}
