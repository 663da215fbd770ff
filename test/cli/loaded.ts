/** Loaded before normc: writes the names of all modules that it loaded to the file `LOADED`. */
import { writeFileSync } from "node:fs";
import module from "node:module";

const loaded: string[] = [];
module.registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on("exit", () => writeFileSync(process.env.LOADED!, loaded.join("\n")));
