/** Calls across the border of a worker: one message asks, any number tell how far it is, one answers. */

/** What a worker can be asked: by name, what it takes, what it tells meanwhile, what it answers. */
export type Calls = Readonly<
  Record<string, { readonly takes: unknown; readonly tells: unknown; readonly answers: unknown }>
>;

interface Asked {
  readonly id: number;
  readonly name: string;
  readonly given: unknown;
}

type Told = { readonly id: number } & (
  | { readonly kind: "tells"; readonly value: unknown }
  | { readonly kind: "answers"; readonly value: unknown }
  | { readonly kind: "fails"; readonly message: string }
);

/** A mistake of the user, such as extents that do not fit: its message is for people. */
export class Refusal extends Error {}

export type Handlers<C extends Calls> = {
  readonly [Name in keyof C]: (
    given: C[Name]["takes"],
    tell: (event: C[Name]["tells"]) => void,
  ) => C[Name]["answers"] | Promise<C[Name]["answers"]>;
};

/** What both ends of the border have: a worker, or the scope inside it. */
export interface Border {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
}

export function answerCalls<C extends Calls>(border: Border, handlers: Handlers<C>): void {
  border.addEventListener("message", async ({ data }) => {
    // The scope also hears other messages: a port for the language server.
    if (typeof data !== "object" || data === null || !("name" in data)) return;
    const { id, name, given } = data as Asked;
    const tell = (told: Told): void => border.postMessage(told);
    try {
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`no call is named ${name}`);
      const value = await handler(given, (event) => tell({ id, kind: "tells", value: event }));
      tell({ id, kind: "answers", value });
    } catch (error) {
      tell({ id, kind: "fails", message: error instanceof Error ? error.message : String(error) });
    }
  });
}

export type Ask<C extends Calls> = <Name extends keyof C & string>(
  name: Name,
  given: C[Name]["takes"],
  tells?: (event: C[Name]["tells"]) => void,
) => Promise<C[Name]["answers"]>;

export function askWorker<C extends Calls>(border: Border): Ask<C> {
  interface Waiting {
    readonly tells: (event: never) => void;
    readonly resolve: (value: never) => void;
    readonly reject: (error: Error) => void;
  }
  const waiting = new Map<number, Waiting>();
  border.addEventListener("message", ({ data }) => {
    const told = data as Told;
    const one = waiting.get(told.id);
    if (one === undefined) return;
    switch (told.kind) {
      case "tells":
        one.tells(told.value as never);
        return;
      case "answers":
        waiting.delete(told.id);
        one.resolve(told.value as never);
        return;
      case "fails":
        waiting.delete(told.id);
        one.reject(new Refusal(told.message));
    }
  });
  let next = 0;
  return (name, given, tells = () => undefined) =>
    new Promise((resolve, reject) => {
      const id = next++;
      waiting.set(id, { tells, resolve, reject });
      border.postMessage({ id, name, given } satisfies Asked);
    });
}
