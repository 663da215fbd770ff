/** The hook `load` of all bundlers but esbuild. */
import type { UnpluginBuildContext, UnpluginContext } from "unplugin";
import { bundlerError, bundlerMessage, wholeMessage } from "./messages.ts";
import type { LoadModule } from "./specs/spec-modules.ts";

type Context = Pick<UnpluginBuildContext, "addWatchFile"> & Pick<UnpluginContext, "warn">;

export interface HookResult {
  readonly code: string;
  readonly map: string;
}

/**
 * @param whole whether the bundler shows nothing but the text of a message.
 * @throws BundlerError if the spec has errors.
 */
export async function loadHook(
  context: Context,
  id: string,
  load: LoadModule,
  whole: boolean,
): Promise<HookResult | undefined> {
  const loaded = await load(id);
  if (loaded === undefined) return undefined;
  for (const file of loaded.files) context.addWatchFile(file);
  if ("gone" in loaded) throw new Error(`the spec has no such module any more: ${id}`);
  if ("errors" in loaded) throw bundlerError(loaded.errors, whole);
  for (const one of loaded.warnings) context.warn(whole ? wholeMessage([one]) : bundlerMessage([one]));
  return { code: loaded.module.code, map: JSON.stringify(loaded.module.map) };
}
