import { programFormat } from "../../src/program/format.ts";
import type { BoundNorm } from "../../src/targets/bindings/members.ts";
import { moduleContents } from "../../src/targets/modules/module-content.ts";
import { wgslModules } from "../../src/targets/modules/module-targets.ts";
import { printTypescript } from "../../src/targets/modules/print-module.ts";
import { centered } from "../runtime/programs.ts";

const banner = { source: "centered.norm", hash: "sha256:0123", compiler: "0.0.0" };

const train = { ...centered, norm: "Centered2", mode: "train" as const };
const infer = {
  ...centered,
  norm: "Centered2",
  mode: "infer" as const,
  tensors: centered.tensors.map((tensor) =>
    tensor.role === "state"
      ? { name: tensor.name, role: tensor.role, dims: tensor.dims, initial: 0 }
      : tensor,
  ),
  kernels: centered.kernels.slice(0, 2),
};

/** A norm without modes, one with both, and one whose names try to break out of the text. */
export const norms: readonly BoundNorm[] = [
  {
    name: "Centered",
    doc: "Subtracts the mean of each group.",
    docs: new Map([
      ["x", "The activations."],
      ["G", "The number of groups."],
    ]),
    programs: [centered],
  },
  { name: "Centered2", docs: new Map(), programs: [train, infer] },
  {
    name: "class",
    doc: "Ends: */ export const injected = 1; /*\n@ts-nocheck\r\u2028`$" + '{1}` \\ "',
    docs: new Map([["__proto__", "*/ injected; /* \u0000"]]),
    programs: [
      {
        format: programFormat,
        norm: "class",
        mode: null,
        axes: [{ name: "constructor", variadic: false, factors: [{ name: "constructor", extent: null }] }],
        params: [{ name: "mode", initial: 1, kind: "number" }],
        tensors: [
          { name: "__proto__", role: "input", dims: ["constructor"] },
          { name: "default", role: "affine", dims: ["constructor"], initial: -0 },
          { name: "toString", role: "output", dims: ["constructor"] },
        ],
        kernels: [
          {
            name: "copy",
            shaders: [
              {
                vector: null,
                together: 1,
                held: 0,
                exchanges: false,
                wgsl: `// \`\${1}\` \\ " */
override extent: u32;
override factor: f32;
override lanes: u32;
override rows: u32;
@compute @workgroup_size(lanes, rows)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x == 0u && id.y < extent) { b_put(id.y, a_at(id.y) * factor); }
}
`,
                bindings: [
                  { tensor: "__proto__", access: "read", name: "a", accessors: { at: "a_at" } },
                  { tensor: "toString", access: "read_write", name: "b", accessors: { put: "b_put" } },
                ],
                constants: [
                  { name: "extent", kind: "extent", factor: "constructor" },
                  { name: "factor", kind: "param", param: "mode" },
                  { name: "lanes", kind: "lanes" },
                  { name: "rows", kind: "rows" },
                ],
              },
            ],
            split: null,
            chunked: [],
            supports: { held: 0, together: 1, split: false },
            grid: ["constructor"],
            row: [],
          },
        ],
      },
    ],
  },
  // Its name is the one that the module would give the options of Centered.
  { name: "CenteredOptions", docs: new Map(), programs: [{ ...centered, norm: "CenteredOptions" }] },
];

/** The text of the module that is imported. */
export async function emitForward(runtime?: string): Promise<string> {
  const specifierOf = (kind: string): string => `./${kind}.js`;
  return printTypescript(moduleContents({ norms, banner, runtime, specifierOf }, wgslModules)[0]!);
}
