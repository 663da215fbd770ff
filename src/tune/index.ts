/** `normc/tuning`: where the results of tuning in the background can be kept. */
export type { TuningOutcome, TuningStorage } from "../runtime/types.ts";
export { fileStorage } from "./file-storage.ts";
export { indexedDbStorage, memoryStorage } from "./storage.ts";
