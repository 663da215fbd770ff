/** Headless Chromium out of the development dependency `@sparticuz/chromium`: no system package, no download. */
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { readTar } from "../../src/tools/device/tar.ts";
import { unpackOnce } from "../../src/tools/device/unpack.ts";

/** Both backends on SwiftShader: WebGPU as Dawn has it, WebGL2 through ANGLE. */
const flags = [
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

/**
 * The package's own names folders of another place, and without any font Chromium ends itself when a page has text
 * (`SkFontMgr_FontConfigInterface`: not implemented).
 */
const fonts = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">.</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/** Throws an error that says why there is no browser. */
export async function launchChromium(): Promise<Browser> {
  const folder = await unpackChromium();
  const start = (env: Readonly<Record<string, string | undefined>>): Promise<Browser> =>
    chromium.launch({
      executablePath: join(folder, "chromium"),
      // Containers mostly run as root, where the sandbox cannot start; pages are our own.
      chromiumSandbox: false,
      args: flags,
      env: { FONTCONFIG_PATH: join(folder, "fonts"), ...process.env, ...env },
    });
  return start({}).catch(() => {
    // A machine without the libraries of NSS: the package brings them.
    const paths = [join(folder, "lib"), process.env.LD_LIBRARY_PATH ?? ""].filter(Boolean);
    return start({ LD_LIBRARY_PATH: paths.join(delimiter) });
  });
}

/** Unpacks it once into a cache folder. @returns the folder, with `chromium`, `lib` and `fonts`. */
export function unpackChromium(): Promise<string> {
  const needed = ["chromium", "libGLESv2.so", "libvk_swiftshader.so", "fonts/fonts.conf"];
  return unpackOnce("Chromium", needed, async (archives) => {
    const read = async (name: string) =>
      promisify(brotliDecompress)(await readFile(join(archives, `${name}.br`)));
    const tars = await Promise.all(
      ["swiftshader.tar", "al2023.tar", "fonts.tar"].map(async (name) => [...readTar(await read(name))]),
    );
    const fontsHere = new TextEncoder().encode(fonts);
    return new Map([...tars.flat(), ["chromium", await read("chromium")], ["fonts/fonts.conf", fontsHere]]);
  });
}
