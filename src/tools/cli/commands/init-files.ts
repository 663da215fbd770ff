/** What `normc init` writes into a project: a spec, a config, and a script in package.json. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../../../language/diagnostics/diagnostic.ts";
import { configNames, projectRoot } from "../../config/find-config.ts";
import { reasonOf } from "../files/host.ts";
import { replaceText } from "../files/replace-file.ts";
import { fileError, InputError } from "../terminal/failure.ts";

export const specPath = "norms/my_norm.norm";
const configPath = "norm.config.ts";
const packagePath = "package.json";
const scriptName = "norms";

/** In canonical form. */
const spec = `/// RMS normalization of the last axis. Change the equation: the kernels and the types follow.
norm MyNorm {
  axes   ...N, D
  param  eps = 1e-6
  input  x[...N, D]
  affine gamma[D] = 1

  y = x * rsqrt(mean(x^2 over D) + eps) * gamma

  output y
}
`;

/** What there will be, by path in the folder. */
export interface InitFiles {
  readonly files: ReadonlyMap<string, string>;
  /** The folder of the generated modules. */
  readonly out: string;
  readonly language: "ts" | "js";
  /** Whether Node would take the modules for CommonJS: they are JavaScript, and the package does not say `module`. */
  readonly needsType: boolean;
}

/** @throws InputError N624, one for each thing that is in the way. Nothing is written then. */
export function planInit(folder: string): InitFiles {
  const found: Diagnostic[] = [];
  const refuse = (path: string, message: string, note?: string): void => {
    const span = { source: { path, text: "" }, start: 0, end: 0 };
    found.push(diagnostic("N624", message, span, note === undefined ? {} : { note }));
  };
  for (const path of [specPath, ...configNames]) {
    if (existsSync(join(folder, path))) refuse(path, `\`${path}\` is there already`);
  }
  const above = projectRoot(folder);
  const isEmpty = readdirSync(folder).length === 0;
  if (!existsSync(join(folder, packagePath)) && existsSync(join(above, packagePath)) && !isEmpty) {
    const message = "this folder has no package.json, and one above it has";
    refuse(packagePath, message, `run it in \`${above}\`, or in an empty folder`);
  }
  const text = existsSync(join(folder, packagePath))
    ? readFileSync(join(folder, packagePath), "utf8")
    : undefined;
  const manifest = withScript(text, (message) => refuse(packagePath, message));
  if (found.length > 0) throw new InputError(found);
  const language = isTypeScript(folder, text) ? "ts" : "js";
  const out = existsSync(join(folder, "src")) ? "src/generated" : "generated";
  const files = new Map([
    [specPath, spec],
    [configPath, configText(out, language)],
    [packagePath, manifest],
  ]);
  const needsType = language === "js" && parsed(manifest)?.type !== "module";
  return { files, out, language, needsType };
}

/** Writes all of it or nothing. @throws InputError N005 */
export function writeInit(folder: string, { files }: InitFiles): void {
  const made: string[] = [];
  try {
    // package.json is the last: if it cannot be written, the others were new and go again.
    for (const [path, text] of files) {
      const full = join(folder, path);
      makeFolder(dirname(full));
      replaceText(full, text);
      made.push(full);
    }
  } catch (error) {
    for (const path of made) rmSync(path, { force: true });
    throw error;
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw fileError("N005", path, `cannot make the folder \`${path}\`: ${reasonOf(error, "write")}`);
  }
}

function configText(out: string, language: "ts" | "js"): string {
  const lines = ['specs: ["norms/*.norm"],', `out: "${out}",`];
  if (language === "js") lines.push('language: "js",');
  return `import { defineConfig } from "normc";\n\nexport default defineConfig({\n  ${lines.join("\n  ")}\n});\n`;
}

/** The package.json with the script, laid out as it was. What is there stays. */
function withScript(text: string | undefined, refuse: (message: string) => void): string {
  const script = { [scriptName]: "normc build" };
  if (text === undefined)
    return `${JSON.stringify({ private: true, type: "module", scripts: script }, null, 2)}\n`;
  const own = parsed(text);
  const scripts = own?.scripts ?? {};
  if (own === undefined || !isRecord(scripts)) {
    refuse("package.json is not that of a package: it is no JSON object, or its `scripts` are none");
    return "";
  }
  if (Object.hasOwn(scripts, scriptName)) {
    refuse(`package.json has a script \`${scriptName}\` already`);
    return "";
  }
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? "  ";
  const end = /\r?\n?$/.exec(text)?.[0] ?? "";
  const whole = JSON.stringify({ ...own, scripts: { ...scripts, ...script } }, null, indent);
  return `${text.includes("\r\n") ? whole.replaceAll("\n", "\r\n") : whole}${end}`;
}

/** Whether the project has TypeScript. Otherwise Node runs the modules as they are. */
function isTypeScript(folder: string, text: string | undefined): boolean {
  if (existsSync(join(folder, "tsconfig.json"))) return true;
  const { dependencies, devDependencies } = (text === undefined ? undefined : parsed(text)) ?? {};
  return [dependencies, devDependencies].some((one) => isRecord(one) && "typescript" in one);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
