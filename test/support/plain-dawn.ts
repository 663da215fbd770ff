/** How a plain Node script with the package `webgpu` finds a device of this machine. */
import { dirname } from "node:path";
import { unpackSwiftShader } from "../../src/tools/device/swiftshader.ts";
import { openAnyDevice } from "./device.ts";

/**
 * The environment of such a script. Undefined if there is no device.
 * @throws Error if there is none and one is required.
 */
export async function dawnEnvironment(): Promise<NodeJS.ProcessEnv | undefined> {
  const opened = await openAnyDevice();
  await opened?.close();
  if (opened === undefined || !opened.adapter.includes("SwiftShader")) return opened && process.env;
  const { manifest, loader } = await unpackSwiftShader();
  return { ...process.env, VK_ICD_FILENAMES: manifest, LD_LIBRARY_PATH: dirname(loader) };
}
