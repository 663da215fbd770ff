/** The adapters of this machine, each with the environment that makes a process use this adapter and no other. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasVulkanLoader } from "../src/tools/device/loader.ts";
import { type SwiftShader, unpackSwiftShader } from "../src/tools/device/swiftshader.ts";
import { packedVulkan } from "./packed.ts";

export interface AdapterChoice {
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
}

export const adapterNames = ["auto", "lavapipe", "swiftshader"] as const;

/**
 * Selects the driver by the Vulkan loader's own variable, which the Dawn of every peer obeys.
 * @throws Error if the adapter is missing. The message says why.
 */
export async function adapterChoice(name: string): Promise<AdapterChoice> {
  const env = { ...process.env };
  switch (name) {
    case "auto":
      return { name, env: packedVulkan === undefined ? env : withLoader(env, packedVulkan) };
    case "lavapipe": {
      const manifest = lavapipeManifest();
      if (manifest === undefined) throw new Error("no manifest of lavapipe among the Vulkan drivers");
      return { name, env: { ...env, VK_ICD_FILENAMES: manifest } };
    }
    case "swiftshader": {
      const { manifest, loader } =
        packedVulkan === undefined ? await unpackSwiftShader() : packed(packedVulkan);
      return { name, env: { ...withLoader(env, dirname(loader)), VK_ICD_FILENAMES: manifest } };
    }
    default:
      throw new Error(`no adapter is called ${name}: ${adapterNames.join(", ")}`);
  }
}

/** A driver comes without the Vulkan loader, which a server often lacks. */
function withLoader(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  if (hasVulkanLoader()) return env;
  const paths = [folder, env.LD_LIBRARY_PATH ?? ""].filter((path) => path !== "");
  return { ...env, LD_LIBRARY_PATH: paths.join(":") };
}

function packed(folder: string): SwiftShader {
  return { manifest: join(folder, "vk_swiftshader_icd.json"), loader: join(folder, "libvulkan.so.1") };
}

function lavapipeManifest(): string | undefined {
  for (const folder of ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"]) {
    const file = existsSync(folder)
      ? readdirSync(folder).find((one) => /^lvp_icd.*\.json$/.test(one))
      : undefined;
    if (file !== undefined) return join(folder, file);
  }
  return undefined;
}
