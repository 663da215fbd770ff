/** Functions that an emitted shader calls and that its language lacks. */
export interface Helper {
  readonly name: string;
  /** Its declaration. It may call helpers that come before it in the list. */
  readonly text: string;
}

/** The declarations of the helpers that a shader calls, directly or through other helpers. */
export function helpersOf(helpers: readonly Helper[], body: string): string[] {
  const used: string[] = [];
  const called = new Set<string>();
  addCalls(body, called);
  for (const { name, text } of [...helpers].reverse()) {
    if (!called.has(name)) continue;
    used.unshift(text);
    addCalls(text, called);
  }
  return used;
}

/** From bracket to bracket: to look for each helper in the whole text took a twentieth of a build. */
function addCalls(text: string, called: Set<string>): void {
  for (let end = text.indexOf("("); end >= 0; end = text.indexOf("(", end + 1)) {
    let start = end;
    while (start > 0 && isWord(text.charCodeAt(start - 1))) start--;
    if (start < end) called.add(text.slice(start, end));
  }
}

/** Letters, digits and the underscore. */
function isWord(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}
