/** WebAssembly text: expressions in parentheses, and how they are laid out in lines. */

/** A word, or a list in parentheses. */
export type Wat = string | readonly Wat[];

const width = 110;

/** Lists that stand for a block of code: what follows their head goes into lines of its own. */
const blocks: ReadonlySet<Wat | undefined> = new Set([
  "module",
  "func",
  "loop",
  "block",
  "if",
  "then",
  "else",
]);

/** What belongs to the first line of a block, behind its head. */
const headed: ReadonlySet<Wat | undefined> = new Set(["export", "param", "result"]);

/** The text of some code, one line or more for each list. Each line ends with a line break. */
export function printWat(code: readonly Wat[], indent = ""): string {
  const lines: string[] = [];
  for (const one of code) put(lines, one, indent);
  return `${lines.join("\n")}\n`;
}

function put(lines: string[], wat: Wat, indent: string): void {
  if (typeof wat === "string") lines.push(`${indent}${wat}`);
  else if (isShort(wat, width - indent.length)) lines.push(`${indent}${flatText(wat)}`);
  else {
    const head = headOf(wat);
    lines.push(`${indent}(${wat.slice(0, head).map(flatText).join(" ")}`);
    putRest(lines, wat.slice(head), `${indent}  `);
    lines[lines.length - 1] += ")";
  }
}

/** Several declarations of locals stand in one line. */
function putRest(lines: string[], code: readonly Wat[], indent: string): void {
  let open = false;
  for (const one of code) {
    const isLocal = one[0] === "local";
    const joined = isLocal && open ? `${lines.at(-1)} ${flatText(one)}` : "";
    if (joined !== "" && joined.length <= width) lines[lines.length - 1] = joined;
    else put(lines, one, indent);
    open = isLocal;
  }
}

/** Whether a list fits into a line, and may stand in one. */
function isShort(wat: readonly Wat[], room: number): boolean {
  return !(blocks.has(wat[0]) && wat.length > 2) && roomAfter(wat, room) >= 0;
}

/** What is left of a line. Below 0 from where on it does not matter: most lists are long, and each is in longer ones. */
function roomAfter(wat: Wat, room: number): number {
  if (typeof wat === "string") return room - wat.length;
  let left = room - 1 - wat.length;
  for (const one of wat) {
    if (left < 0) break;
    left = roomAfter(one, left);
  }
  return left;
}

/** How many words and lists stand in the first line. */
function headOf(wat: readonly Wat[]): number {
  let count = 1;
  for (; count < wat.length; count++) {
    const one = wat[count]!;
    const isCondition = wat[0] === "if" && count === 1;
    if (typeof one === "string" ? one.startsWith(";;") : !headed.has(one[0]) && !isCondition) break;
  }
  return count;
}

function flatText(wat: Wat): string {
  if (typeof wat === "string") return wat;
  let text = "(";
  for (const one of wat) text += text === "(" ? flatText(one) : ` ${flatText(one)}`;
  return `${text})`;
}

/** Calls a function with each list of some code, outer ones first. */
export function eachList(code: readonly Wat[], visit: (list: readonly Wat[]) => void): void {
  for (const one of code) {
    if (typeof one === "string") continue;
    visit(one);
    eachList(one, visit);
  }
}
