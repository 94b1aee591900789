// Target-Dialog (RFC 4538 §7).
import { formatParameters, parseParameters } from '../parameters.ts';
import { checkText, trimmed } from '../scan.ts';
import { readCallId } from './call-id.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** A dialog that sender and receiver share, which shows that the sender may ask for something. */
export interface TargetDialog {
  readonly callId: string;
  /** As the sender sees it: its local tag. */
  readonly localTag: string;
  /** As the sender sees it: its remote tag. */
  readonly remoteTag: string;
}

/** A dialog that sender and receiver share. */
export const targetDialog: HeaderField<TargetDialog> = single(
  'Target-Dialog',
  readTargetDialog,
  formatTargetDialog,
);

function readTargetDialog(text: string): TargetDialog | undefined {
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return undefined;
  const callId = readCallId(trimmed(text, 0, semicolon));
  const found = parseParameters(text, semicolon);
  const localTag = found?.get('local-tag');
  const remoteTag = found?.get('remote-tag');
  if (callId === undefined || localTag === undefined || remoteTag === undefined) return undefined;
  return { callId, localTag, remoteTag };
}

function formatTargetDialog({ callId, localTag, remoteTag }: TargetDialog): string {
  checkText(callId, 'A Call-ID');
  const tags = new Map([
    ['local-tag', localTag],
    ['remote-tag', remoteTag],
  ]);
  return callId + formatParameters(tags);
}
