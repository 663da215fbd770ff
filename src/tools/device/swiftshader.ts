import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { readTar } from "./tar.ts";
import { unpackOnce } from "./unpack.ts";

/** The software Vulkan driver that comes with the development dependency `@sparticuz/chromium`, unpacked. */
export interface SwiftShader {
  /** The driver's manifest, for `VK_ICD_FILENAMES`. */
  readonly manifest: string;
  /** A Vulkan loader, for a machine that has none. */
  readonly loader: string;
}

const wanted = ["libvk_swiftshader.so", "libvulkan.so.1", "vk_swiftshader_icd.json"] as const;

/** Unpacks SwiftShader once into a cache folder. Throws an error with the reason if it cannot. */
export async function unpackSwiftShader(): Promise<SwiftShader> {
  const folder = await unpackOnce("SwiftShader", wanted, async (archives) => {
    const archive = await promisify(brotliDecompress)(await readFile(join(archives, "swiftshader.tar.br")));
    return new Map([...readTar(archive)].filter(([name]) => wanted.some((one) => one === name)));
  });
  return { manifest: join(folder, "vk_swiftshader_icd.json"), loader: join(folder, "libvulkan.so.1") };
}
