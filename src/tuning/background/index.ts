/** `normc/tuning`: where the results of tuning in the background can be kept. */
export type { TuningOutcome, TuningStorage } from "../../runtime/options/norm-types.ts";
export { indexedDbStorage, memoryStorage } from "../file/browser-storage.ts";
export { fileStorage } from "../file/file-storage.ts";
