/** A device that may be lost and opened again: a candidate that takes it down costs itself and no other. */
import type { OpenedDevice } from "../../tools/device/open.ts";

export interface Workplace {
  current(): OpenedDevice;
  /** Whether the device is lost by now. */
  isLost(): Promise<boolean>;
  /** Opens another. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorkplace(open: () => Promise<OpenedDevice>): Promise<Workplace> {
  let opened = await open();
  return {
    current: () => opened,
    async isLost() {
      // The promise may be settled only after what failed because of it.
      const turn = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 20));
      return Promise.race([opened.device.lost.then(() => true), turn]);
    },
    async renew() {
      await opened.close().catch(() => undefined);
      opened = await open();
    },
    close: () => opened.close(),
  };
}
