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
  return code.map((one) => `${lines(one, indent)}\n`).join("");
}

function lines(wat: Wat, indent: string): string {
  if (typeof wat === "string") return `${indent}${wat}`;
  const isBlock = blocks.has(wat[0]);
  const flat = isBlock && wat.length > 2 ? undefined : `${indent}${flatText(wat)}`;
  if (flat !== undefined && flat.length <= width) return flat;
  const inner = `${indent}  `;
  const head = headOf(wat, isBlock);
  const rest = packed(wat.slice(head), inner).map((one) => `\n${one}`);
  return `${indent}(${wat.slice(0, head).map(flatText).join(" ")}${rest.join("")})`;
}

/** The lines of some code, with several declarations of locals in one. */
function packed(code: readonly Wat[], indent: string): string[] {
  const made: string[] = [];
  let open = false;
  for (const one of code) {
    const isLocal = one[0] === "local";
    const text = lines(one, indent);
    const joined = `${made.at(-1)} ${text.trimStart()}`;
    if (isLocal && open && joined.length <= width) made[made.length - 1] = joined;
    else made.push(text);
    open = isLocal;
  }
  return made;
}

/** How many words and lists stand in the first line. */
function headOf(wat: readonly Wat[], isBlock: boolean): number {
  let count = 1;
  for (; count < wat.length; count++) {
    const one = wat[count];
    if (typeof one === "string") {
      if (one.startsWith(";;")) break;
    } else if (!headed.has(one[0]) && !(isBlock && wat[0] === "if" && count === 1)) break;
  }
  return count;
}

function flatText(wat: Wat): string {
  return typeof wat === "string" ? wat : `(${wat.map(flatText).join(" ")})`;
}

/** All lists in some code, outer ones first. */
export function everyList(code: readonly Wat[]): readonly (readonly Wat[])[] {
  const found: (readonly Wat[])[] = [];
  const visit = (one: Wat): void => {
    if (typeof one === "string") return;
    found.push(one);
    one.forEach(visit);
  };
  code.forEach(visit);
  return found;
}
