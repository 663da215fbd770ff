/** Loaded before normc: kills it before a call that changes a file of the output folder. `KILLED_AT=OUT:NUMBER`. */
import fs from "node:fs";
import module from "node:module";

const [out = "", number = "0"] = (process.env.KILLED_AT ?? "").split(":");
let left = Number(number);

type Call = (...words: unknown[]) => unknown;
const calls = fs as unknown as Record<string, Call>;

for (const name of ["openSync", "writeFileSync", "renameSync", "rmSync", "unlinkSync", "utimesSync"]) {
  const call = calls[name]!;
  calls[name] = (...words) => {
    const reads = name === "openSync" && words[1] !== "wx";
    if (String(words[0]).includes(out) && !reads && left-- === 0) process.kill(process.pid, "SIGKILL");
    return call(...words);
  };
}
module.syncBuiltinESMExports();
