/** What each tab of a running norm is to the page. */
import type { Job } from "../run/protocol.ts";

/** Says something below the tabs, also to screen readers. */
export type Tell = (text: string) => void;

export interface RunPanel {
  readonly name: string;
  readonly title: string;
  readonly element: HTMLElement;
  /** What is to be known of it, in a sentence. */
  readonly hint: string;
  /** What the button of the form does while its tab is chosen. Rejects with a message for people. */
  readonly run: (job: Job, tell: Tell) => Promise<void>;
}
