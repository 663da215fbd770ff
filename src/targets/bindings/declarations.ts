/** The declarations of a generated module, as plain data. Only `write-typescript.ts` knows how they are written. */

/** Types and the expressions that methods return are TypeScript text. Everything else is names and prose. */
export type Declaration =
  | {
      readonly kind: "interface";
      readonly name: string;
      readonly doc: string;
      readonly members: readonly Member[];
      /** The type parameter, with its bounds. */
      readonly parameter?: string;
    }
  | {
      readonly kind: "type";
      readonly name: string;
      readonly doc: string;
      readonly type: string;
      readonly parameter?: string;
    }
  /** A constant whose properties are methods, which the module's user calls, and what it can be asked for. */
  | {
      readonly kind: "object";
      readonly name: string;
      readonly doc: string;
      readonly getters: readonly Getter[];
      readonly methods: readonly Method[];
    };

export interface Member {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly doc: string;
  /** The value that it has if it is omitted, as a TypeScript expression. */
  readonly defaultValue?: string;
}

/** A property that reads a constant of the module, which may stand behind the object. */
export interface Getter {
  readonly name: string;
  readonly doc: string;
  readonly type: string;
  readonly value: string;
}

export interface Method {
  readonly name: string;
  readonly doc: string;
  readonly typeParameters: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
    readonly optional?: boolean;
  }[];
  readonly result: string;
  /** The function that it calls with `given`. The method does nothing else. */
  readonly calls: string;
  readonly given: readonly string[];
}
