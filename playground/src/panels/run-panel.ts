/** What each tab of a running norm is to the page. */
import type { Job } from "../run/protocol.ts";

export interface RunPanel {
  readonly name: string;
  readonly title: string;
  readonly element: HTMLElement;
  /** What its button does, and the button of the form while its tab is chosen. Rejects with a message for people. */
  readonly run: (job: Job) => Promise<void>;
}
