/** Functions that an emitted text calls and its language does not have. */
export interface Helper {
  readonly name: string;
  /** Its declaration; it may call those before it. */
  readonly text: string;
}

/** The declarations of the helpers that a text calls, and of those that they call. */
export function helpersOf(helpers: readonly Helper[], body: string): string[] {
  const used: string[] = [];
  let text = body;
  for (const { name, text: declaration } of [...helpers].reverse()) {
    if (!text.includes(`${name}(`)) continue;
    used.unshift(declaration);
    text += declaration;
  }
  return used;
}
