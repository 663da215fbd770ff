/** A device that can be opened again after a loss, so that a candidate that takes it down costs no other candidate. */
import type { OpenedDevice } from "../device/open.ts";

export interface Workplace {
  current(): OpenedDevice;
  /** Whether the device is lost. */
  isLost(): Promise<boolean>;
  /** Opens a new device. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

export async function openWorkplace(open: () => Promise<OpenedDevice>): Promise<Workplace> {
  let opened = await open();
  return {
    current: () => opened,
    async isLost() {
      // The promise may settle only after the failure that the loss caused.
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
