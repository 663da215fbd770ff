/** The adapters of this machine, each with the environment that makes a process use this adapter and no other. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { hasVulkanLoader } from "../src/tools/device/loader.ts";
import { unpackSwiftShader } from "../src/tools/device/swiftshader.ts";

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
      return { name, env };
    case "lavapipe": {
      const manifest = lavapipeManifest();
      if (manifest === undefined) throw new Error("no manifest of lavapipe among the Vulkan drivers");
      return { name, env: { ...env, VK_ICD_FILENAMES: manifest } };
    }
    case "swiftshader": {
      const { manifest, loader } = await unpackSwiftShader();
      const paths = [...(hasVulkanLoader() ? [] : [dirname(loader)]), env.LD_LIBRARY_PATH ?? ""];
      const LD_LIBRARY_PATH = paths.filter((path) => path !== "").join(":");
      return { name, env: { ...env, VK_ICD_FILENAMES: manifest, LD_LIBRARY_PATH } };
    }
    default:
      throw new Error(`no adapter is called ${name}: ${adapterNames.join(", ")}`);
  }
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
