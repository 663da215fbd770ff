import { expect, test } from "vitest";
import type { Declaration, Member } from "../../src/targets/bindings/declarations.ts";
import { writeTypescript } from "../../src/targets/modules/write-typescript.ts";

const member = (doc: string, more: Partial<Member> = {}): Member => ({
  name: "a",
  type: "number",
  optional: false,
  doc,
  ...more,
});

const create: Declaration = {
  kind: "object",
  name: "A",
  doc: "What it is.",
  getters: [{ name: "of", doc: "Of what.", type: "readonly string[]", value: "parts" }],
  methods: [
    {
      name: "create",
      doc: "Makes it.\n\nIn time.",
      typeParameters: ["M extends string", "const N extends M"],
      parameters: [
        { name: "device", type: "GPUDevice" },
        { name: "options", type: "{ readonly m: M }" },
      ],
      result: "Promise<N>",
      calls: "make",
      given: ["device", '() => import("./b.js")'],
    },
    {
      name: "end",
      doc: "",
      typeParameters: [],
      parameters: [],
      result: "void",
      calls: "end",
      given: [],
    },
  ],
};

test("each kind of declaration is exported, with its comment and set apart from the next", () => {
  const text = writeTypescript([
    { kind: "type", name: "One", doc: "One.", type: "Two" },
    { kind: "type", name: "Two", doc: "", type: "One[M]", parameter: "M extends keyof One = keyof One" },
    { kind: "interface", name: "Three", doc: "Three.", parameter: "Of extends string", members: [] },
    {
      kind: "interface",
      name: "Four",
      doc: "",
      members: [member("It."), member("", { name: "b-c", optional: true, defaultValue: "32" })],
    },
    create,
  ]);
  expect(text).toBe(`/** One. */
export type One = Two;

export type Two<M extends keyof One = keyof One> = One[M];

/** Three. */
export interface Three<Of extends string> {
}

export interface Four {
  /** It. */
  readonly a: number;
  /** @default 32 */
  readonly "b-c"?: number;
}

/** What it is. */
export const A = {
  /**
   * Makes it.
   *
   * In time.
   */
  create<M extends string, const N extends M>(device: GPUDevice, options: { readonly m: M }): Promise<N> {
    return make(device, () => import("./b.js"));
  },
  end(): void {
    return end();
  },
  /** Of what. */
  get of(): readonly string[] {
    return parts;
  },
};`);
});

test("an object is indented by its own module, not by the one that was written before", () => {
  const alone = writeTypescript([create]);
  // Where the object of `alone` begins, this module has a member.
  const members = ["a", "b", "c", "d"].map((name) => member("", { name }));
  const both = writeTypescript([{ kind: "interface", name: "B", doc: "", members }, create]);
  expect(both).toContain(`\n${alone}`);
  expect(writeTypescript([create])).toBe(alone);
});

test.each([
  ["a quote", "It's `one"],
  ["a slash", "See http://a.b/c"],
  ["an opened comment", 'A /* " comment'],
  ["a closed comment", "A */ comment", "A *\\/ comment"],
  ["a tag", "@deprecated", "\\@deprecated"],
  ["a closed template", "A $" + "{b} \\"],
])("%s in a comment stays what it is, with a default value behind it", (_, doc, written = doc) => {
  const members = [member(doc, { defaultValue: '"f32"' }), member("Next.", { name: "b" })];
  expect(writeTypescript([{ kind: "interface", name: "A", doc, members }])).toBe(`/** ${written} */
export interface A {
  /**
   * ${written}
   *
   * @default "f32"
   */
  readonly a: number;
  /** Next. */
  readonly b: number;
}`);
});

test("a comment of several lines has a star before each, whatever is open at their ends", () => {
  const doc = "It's `one\n  and \" /* two\n\n// three";
  expect(writeTypescript([{ kind: "interface", name: "A", doc: "", members: [member(doc)] }])).toBe(
    `export interface A {
  /**
   * It's \`one
   *   and " /* two
   *
   * // three
   */
  readonly a: number;
}`,
  );
});
