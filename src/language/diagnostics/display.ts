/** Makes text safe for a terminal: nothing in it moves the cursor, changes colours or reorders the line. */

const tabWidth = 4;

/** Controls, line separators, bidirectional marks, byte order marks, lone surrogates. */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/u;
const combining = /\p{Mn}|\p{Me}|\u200C|\u200D|[\uFE00-\uFE0F]/u;
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

function escapeOf(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Escapes hidden characters in messages, notes and paths. */
export function escaped(text: string): string {
  let out = "";
  for (const character of text) {
    if (character === "\n") out += "\\n";
    else if (character === "\t") out += " ";
    else out += hidden.test(character) ? escapeOf(character) : character;
  }
  return out;
}

export interface Cell {
  /** In UTF-16 units from the beginning of the text. */
  readonly offset: number;
  /** The terminal column, from 0. */
  readonly column: number;
  readonly text: string;
  readonly width: number;
}

/** The characters of a source line, each with its column in the terminal. */
export function cells(text: string): Cell[] {
  const out: Cell[] = [];
  let offset = 0;
  let column = 0;
  for (const character of text) {
    let shown = character;
    let width = 1;
    if (character === "\t") {
      width = tabWidth - (column % tabWidth);
      shown = " ".repeat(width);
    } else if (hidden.test(character)) {
      shown = escapeOf(character);
      width = shown.length;
    } else if (combining.test(character)) {
      width = 0;
    } else if (wide.test(character)) {
      width = 2;
    }
    out.push({ offset, column, text: shown, width });
    offset += character.length;
    column += width;
  }
  return out;
}
