/** `normc/tuning`: storages for the results of tuning in the background. */
export type { TuningOutcome, TuningStorage } from "../../runtime/options/norm-types.ts";
export { indexedDbStorage, memoryStorage } from "../file/browser-storage.ts";
export { fileStorage } from "../file/file-storage.ts";
