const openFlags = 0x2 | 0x1000 | 0x100; // RTLD_NOW, RTLD_NODELETE, RTLD_GLOBAL

/** Whether the system has a Vulkan loader; without one Dawn only says on standard error that it found none. */
export function hasVulkanLoader(): boolean {
  return opens("libvulkan.so.1");
}

/**
 * Sees to it that Dawn finds a Vulkan loader: the system's, else the one at `path`. A shared library that is loaded
 * already is found by its name, so it is enough to open it; `LD_LIBRARY_PATH` is read only when a process starts.
 */
export function provideVulkanLoader(path: string): void {
  if (!hasVulkanLoader() && !opens(path)) throw new Error(`the Vulkan loader ${path} does not load`);
}

function opens(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library, openFlags);
    return true;
  } catch (error) {
    // Node expects an addon and says so only after the library was loaded.
    return error instanceof Error && /did not self-register/.test(error.message);
  }
}
