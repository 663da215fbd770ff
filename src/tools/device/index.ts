export { giveWay } from "./give-way.ts";
export { type AdapterChoice, type DeviceOptions, type OpenedDevice, openDevice } from "./open.ts";
