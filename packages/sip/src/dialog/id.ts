// The identity of a dialog: Call-ID, local tag and remote tag, always all three.

/** RFC 3261 §12: what tells one dialog from all others. A tag is empty where an RFC 2543 peer sent none. */
export interface DialogId {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
}

/** The triple as one string, for tables and for the tap. No part can hold a space, so no two triples share it. */
export function dialogKey({ callId, localTag, remoteTag }: DialogId): string {
  return `${callId} ${localTag} ${remoteTag}`;
}
