/** What the plugin compiles with: its options, or else the `norm.config.ts` of the project. */
import { resolve } from "node:path";
import type { BuildTarget } from "../../../compile/build/file-names.ts";
import { type Layout, parseLayout } from "../../../compile/build/layouts.ts";
import type { Save } from "../../../graph/autodiff/divide.ts";
import type { Diagnostic } from "../../../language/diagnostics/diagnostic.ts";
import type { NormConfig } from "../../../norm-config.ts";
import { checkConfig } from "../../config/check-config.ts";
import { findConfig } from "../../config/find-config.ts";
import { loadConfig } from "../../config/load-config.ts";
import { fileStamps, type Stamps } from "./file-stamp.ts";
import type { NormcOptions } from "./options.ts";

export interface Settings {
  readonly targets: readonly BuildTarget[];
  readonly layouts: readonly Layout[];
  readonly backward: boolean;
  readonly inline: boolean;
  readonly save: Save;
  /** The absolute path of the tuning file. It need not exist. */
  readonly tuning: string | undefined;
  /** Whether types are written, and the folder for them, where it is not beside the specs. */
  readonly types: boolean;
  readonly typesFolder: string | undefined;
  /** The files that say all this. */
  readonly files: readonly string[];
}

/** @returns the settings, or what is wrong with them. The same object as long as its files do not change. */
export type ReadSettings = () => Promise<
  Settings | { readonly diagnostics: readonly Diagnostic[]; readonly files: readonly string[] }
>;

/** @param root the root of the bundler, which it may know only later. */
export function settingsReader(options: NormcOptions | undefined, root: () => string): ReadSettings {
  let last: { readonly stamps: Stamps; readonly settings: ReturnType<ReadSettings> } | undefined;
  return async () => {
    if (last?.stamps.hold()) return last.settings;
    const stamps = fileStamps();
    // A change while the config is run is seen the next time.
    for (const file of last?.stamps.files ?? []) stamps.note(file);
    const settings = read(options, root(), stamps);
    last = { stamps, settings };
    return settings;
  };
}

async function read(
  options: NormcOptions | undefined,
  root: string,
  stamps: Stamps,
): Promise<Awaited<ReturnType<ReadSettings>>> {
  if (options !== undefined) {
    const checked = checkConfig(options, { path: "the options of the plugin", text: "" });
    return "config" in checked ? settingsOf(checked.config, root, []) : { ...checked, files: [] };
  }
  const found = findConfig(root);
  if (found !== undefined) stamps.note(found);
  const { config, root: folder, files, diagnostics } = await loadConfig(root);
  for (const file of files) stamps.note(file);
  return diagnostics.length > 0 ? { diagnostics, files } : settingsOf(config, folder, files);
}

function settingsOf(config: NormConfig, root: string, files: readonly string[]): Settings {
  const { targets = ["wgsl"], layouts = [], gradients = {}, inline = false, tuning, types = true } = config;
  const { backward = true, save = "none" } = gradients;
  return {
    targets,
    layouts: layouts.flatMap((one) => parseLayout(one) ?? []),
    backward,
    inline,
    save: backward ? save : "none",
    tuning: tuning === undefined ? undefined : resolve(root, tuning),
    types: types !== false,
    typesFolder: typeof types === "string" ? resolve(root, types) : undefined,
    files,
  };
}
