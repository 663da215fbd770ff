/** The first file of a further thread. As with `main.ts`, the cache of compiled code is on before anything is imported. */
import module from "node:module";
import { workerData } from "node:worker_threads";
import type { ThreadJob } from "./threads.ts";

const job = workerData as ThreadJob;
module.enableCompileCache(job.compileCache);
const { work } = await import("./thread-work.ts");
await work(job);
