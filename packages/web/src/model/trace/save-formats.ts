// The kinds of files that a call can be saved as, in the order in which they are offered.

/** All of them. */
export const saveFormats = [
  'html',
  'text',
  'pcap',
  'sipp',
  'mermaid',
  'json',
  'hep',
  'tap',
] as const;

/** One of them. */
export type SaveFormat = (typeof saveFormats)[number];

/** What is hidden in a saved call besides secrets, which always are. */
export interface Hiding {
  /** Users and numbers become others, the same ones everywhere. */
  readonly numbers: boolean;
  readonly addresses: boolean;
}

/** Nothing but secrets. */
export const hidingNothing: Hiding = { numbers: false, addresses: false };

/** A file for the user. */
export interface SavedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}
