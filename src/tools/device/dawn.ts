/** Dawn for Node: the optional package `webgpu`. Keep the object that `create` returns, or the devices end. */
export interface Dawn {
  create(flags: readonly string[]): GPU;
}

/** Imports the package. Throws an error with the reason if it cannot. */
export async function loadDawn(): Promise<Dawn> {
  try {
    const { create, globals } = await import("webgpu");
    // Defines GPUBufferUsage and the like, which callers expect as in a browser.
    for (const [name, value] of Object.entries(globals)) {
      if (!(name in globalThis))
        Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    }
    return { create: (flags) => create([...flags]) };
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND") {
      throw new Error("the package webgpu (Dawn for Node) is not installed: npm install webgpu", { cause });
    }
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new Error(`the package webgpu (Dawn for Node) does not load: ${reason}`, { cause });
  }
}
