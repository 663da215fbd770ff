/** `x // 2`: what is behind `//` is a comment, so that the text means something else without a word. */
import { diagnostic, type Report } from "../diagnostics/diagnostic.ts";
import type { File } from "../syntax/ast.ts";

const divisor = /^\/\/\s*(\d+(?:\.\d+)?)\s*;?$/;
const equation = /^(?:.*[{;])?\s*[A-Za-z_]\w*\s*(?:=|<-)\s*(?=\S)/;

/** Warns (N640) of each comment behind an equation that is nothing but a number. */
export function warnFloorDivisions({ source, comments }: File, report: Report): void {
  for (const { text, span } of comments) {
    const [, number] = divisor.exec(text) ?? [];
    if (number === undefined) continue;
    const start = source.text.lastIndexOf("\n", span.start - 1) + 1;
    const line = source.text.slice(start, span.start).trimEnd();
    const [head] = equation.exec(line) ?? [];
    if (head === undefined || !/[\w)\]]$/.test(line)) continue;
    const right = line.slice(head.length);
    const whole = { source, start: start + head.length, end: span.end };
    const replacement = `floor(${right} / ${number})`;
    // Of a sum, only the last term is divided.
    const fix = { title: `write \`${replacement}\``, span: whole, replacement };
    report(
      diagnostic("N640", "what is behind `//` is a comment, not a divisor", span, {
        note: "a quotient that is rounded down is written `floor(x / 2)`",
        ...(/[+\-<>=]/.test(right) ? {} : { fix }),
      }),
    );
  }
}
