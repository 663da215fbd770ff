const openFlags = 0x2 | 0x1000 | 0x100; // RTLD_NOW, RTLD_NODELETE, RTLD_GLOBAL

/** Whether the system has a Vulkan loader. Without one, Dawn only writes to standard error that it found none. */
export function hasVulkanLoader(): boolean {
  return opens("libvulkan.so.1");
}

/**
 * Makes sure that Dawn finds a Vulkan loader: the system's, or else the one at `path`. A library that is already loaded is
 * found by its name, so opening it is enough. `LD_LIBRARY_PATH` would be read only when a process starts.
 */
export function provideVulkanLoader(path: string): void {
  if (!hasVulkanLoader() && !opens(path)) throw new Error(`the Vulkan loader ${path} does not load`);
}

function opens(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library, openFlags);
    return true;
  } catch (error) {
    // Node expects an addon. It complains only after it has loaded the library.
    return error instanceof Error && /did not self-register/.test(error.message);
  }
}
