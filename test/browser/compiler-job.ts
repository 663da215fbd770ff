/** What Node and a page both do with the compiler, so that it can be compared: everything, of every spec of the library. */
import type * as Compiler from "../../src/index.ts";

export interface SpecText {
  readonly path: string;
  readonly text: string;
}

type Used = Pick<typeof Compiler, "build" | "check" | "compileGather" | "compileGradients">;

/** By the path of the spec: every file that is made of it, and its gradients where the statistics are kept. */
export async function buildLibrary(
  specs: readonly SpecText[],
  { build, check, compileGather, compileGradients }: Used,
): Promise<Record<string, Record<string, string>>> {
  const made: Record<string, Record<string, string>> = {};
  for (const { path, text } of specs) {
    const options = {
      path,
      // Later, as a page that fetches does it.
      readImport: async (wanted: string) => specs.find((one) => one.path === wanted.replace("./", "")),
    };
    const targets = ["wgsl", "glsl"] as const;
    const { files, diagnostics } = await build(text, { ...options, targets, emit: targets });
    if (diagnostics.length > 0) throw new Error(`${path}: ${diagnostics[0]?.message}`);
    const { norms } = await check(text, options);
    const programs = norms.map((norm) => [compileGradients(norm, "stats"), compileGather(norm)]);
    made[path] = { ...Object.fromEntries(files), programs: JSON.stringify(programs) };
  }
  return made;
}
