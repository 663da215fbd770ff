/** What the command line and the config of the project say together. The words of the command line win. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Save } from "../../../graph/autodiff/divide.ts";
import { findSpecs } from "../../config/find-specs.ts";
import { type LoadedConfig, loadConfig } from "../../config/load-config.ts";
import { standardInput } from "../files/host.ts";
import { isNamedAfter, looksLikePath, shippedSpec } from "../files/library.ts";
import { libraryFolder } from "../files/package.ts";
import { CommandError, InputError } from "../terminal/failure.ts";
import { say } from "../terminal/output.ts";
import type { DtypeChoice } from "./dtype-choice.ts";
import { unknownSpec } from "./unknown-spec.ts";

/** Whether an option was written on the command line. Otherwise it has its default, and the config decides. */
export type IsGiven = (option: string) => boolean;

/** The config of the working folder. @throws InputError if it has a mistake. */
export async function readConfig(): Promise<LoadedConfig> {
  const loaded = await loadConfig(process.cwd());
  if (loaded.diagnostics.length > 0) throw new InputError(loaded.diagnostics);
  return loaded;
}

/**
 * The files that a command works on: those of its words, among which the name of a shipped norm means its file, or those
 * of the config.
 * @throws InputError N201 for a word that is neither, N623 if an entry of the config has no file. CommandError 2 if neither names any.
 */
export async function specFiles(
  words: readonly string[],
  command: string,
  known?: LoadedConfig,
): Promise<readonly string[]> {
  if (words.length > 0) return words.map(fileOf);
  const loaded = known ?? (await readConfig());
  if ((loaded.config.specs ?? []).length === 0) {
    const where = loaded.path === undefined ? "a norm.config.ts" : fromHere(loaded.path);
    const message = `no files: name .norm files, or list \`specs\` in ${where} (normc ${command} --help)`;
    throw new CommandError(2, message);
  }
  const { paths, diagnostics } = await findSpecs(loaded);
  if (diagnostics.length > 0) throw new InputError(diagnostics);
  // Not a path of the user's: it stays as it is, wherever the package lies.
  return paths.map((path) => (dirname(path) === libraryFolder ? path : fromHere(path)));
}

function fileOf(word: string): string {
  if (looksLikePath(word) || word === standardInput || existsSync(word)) return word;
  const shipped = shippedSpec(word);
  if (shipped === undefined) throw unknownSpec(word);
  return shipped.path;
}

/**
 * A norm of the project by its name: `MyNorm` is `norms/my_norm.norm#MyNorm`. Shipped norms have their names first.
 * Returns other words as they are.
 */
export async function projectSpec(word: string, loaded: LoadedConfig): Promise<string> {
  if (looksLikePath(word) || word.includes("#") || word === standardInput) return word;
  for (const path of (await findSpecs(loaded)).paths) {
    if (path === shippedSpec(word)?.path) continue;
    const norms = [...readFileSync(path, "utf8").matchAll(/^[ \t]*norm[ \t]+(\w+)/gm)].map((one) => one[1]!);
    const norm = norms.find((one) => one === word || isNamedAfter(word, one));
    if (norm === undefined) continue;
    const own = `${fromHere(path)}#${norm}`;
    if (shippedSpec(word) === undefined) return own;
    say(`${word} is the norm that ships with normc; that of this project is ${own}`);
    return word;
  }
  return word;
}

interface NormWords {
  readonly dtype: DtypeChoice;
  readonly tuning?: string;
  readonly grad?: boolean;
  readonly save: Save;
}

/** A norm of the command line, and its options where the config decides them. */
export async function settleNorm<O extends NormWords>(
  word: string,
  own: O,
  isGiven: IsGiven,
): Promise<{ readonly spec: string; readonly options: O }> {
  const loaded = await readConfig();
  const tuning = own.tuning ?? tuningOf(loaded);
  const dtype = isGiven("dtype") ? own.dtype : (loaded.config.dtypes?.[0] ?? own.dtype);
  const kept = own.grad === true ? loaded.config.gradients?.save : undefined;
  const save = isGiven("save") ? own.save : (kept ?? own.save);
  const options = { ...own, dtype, save, ...(tuning === undefined ? {} : { tuning }) };
  return { spec: await projectSpec(word, loaded), options };
}

/** The same for several norms that are tuned: for each element type of the project, into its tuning file. */
export async function settleTuning<O extends { readonly dtype: DtypeChoice; readonly out: string }>(
  words: readonly string[],
  own: O,
  isGiven: IsGiven,
): Promise<{ readonly specs: readonly string[]; readonly options: O & { dtypes: readonly DtypeChoice[] } }> {
  const loaded = await readConfig();
  const { tuning, dtypes = [own.dtype] } = loaded.config;
  const out = isGiven("out") || tuning === undefined ? own.out : fromHere(resolve(loaded.root, tuning));
  const specs = await Promise.all(words.map((word) => projectSpec(word, loaded)));
  return { specs, options: { ...own, out, dtypes: isGiven("dtype") ? [own.dtype] : dtypes } };
}

/** The tuning file of the config, if it is there. */
export function tuningOf({ config, root }: LoadedConfig): string | undefined {
  if (config.tuning === undefined) return undefined;
  const path = fromHere(resolve(root, config.tuning));
  return existsSync(path) ? path : undefined;
}

/** A path as people in the working folder write it. */
export function fromHere(path: string): string {
  return relative(process.cwd(), path) || ".";
}
