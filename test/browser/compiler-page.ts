/**
 * Runs in the browser: the whole compiler, and nothing else. It works when the page is loaded, not when the test asks:
 * what a debugger calls may use `eval` whatever the page's policy says.
 */
import {
  build,
  check,
  compile,
  compileGather,
  compileGradients,
  format,
  renderText,
} from "../../src/index.ts";
import { buildLibrary, type SpecText } from "./compiler-job.ts";

export interface CompilerAnswers {
  /** Whether the page's policy forbids what it is said to forbid. */
  readonly evaluates: boolean;
  readonly library: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Of a spec with a mistake: the norms, and the diagnostics as text. */
  readonly wrong: { readonly norms: number; readonly told: string };
  readonly formatted: readonly (string | undefined)[];
  /** The scripts that the page had loaded when it had done all but build, and when it had built. */
  readonly scripts: { readonly before: readonly string[]; readonly after: readonly string[] };
}

function evaluates(): boolean {
  try {
    return new Function("return true")() as boolean;
  } catch {
    return false;
  }
}

function scripts(): string[] {
  return performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
}

async function answer(): Promise<CompilerAnswers> {
  const specs = JSON.parse(document.getElementById("specs")?.textContent ?? "") as SpecText[];
  const { norms, diagnostics } = await compile("norm A { axes N\n input x[N]\n y = z\n output y }");
  const formatted = specs.map(({ text }) => format(text).text);
  const right = await check("norm A { axes N\n input x[N]\n y = x\n output y }");
  for (const norm of right.norms) {
    compileGradients(norm);
    compileGather(norm);
  }
  const before = scripts();
  return {
    evaluates: evaluates(),
    library: await buildLibrary(specs, { build, check, compileGather, compileGradients }),
    wrong: { norms: norms.length, told: renderText(diagnostics, { color: false }) },
    formatted,
    scripts: { before, after: scripts() },
  };
}

Object.assign(globalThis, { compilerAnswers: answer() });
