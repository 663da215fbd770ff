/** Functions that an emitted shader calls and that its language lacks. */
export interface Helper {
  readonly name: string;
  /** Its declaration. It may call helpers that come before it in the list. */
  readonly text: string;
}

/** The declarations of the helpers that a shader calls, directly or through other helpers. */
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
