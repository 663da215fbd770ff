export { version } from "./program/version.ts";
