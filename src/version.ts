export { version } from "./program/compiler-version.ts";
