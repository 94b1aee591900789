// Replaces (RFC 3891 §6.1).
import { formatParameters, parseParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { checkText, trimmed } from '../scan.ts';
import { readCallId } from './call-id.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** The dialog that a new one takes the place of. */
export interface Replaces {
  readonly callId: string;
  /** As the receiver sees it: its local tag. */
  readonly toTag: string;
  /** As the receiver sees it: its remote tag. */
  readonly fromTag: string;
  /** True when only an early dialog may be replaced. */
  readonly earlyOnly: boolean;
  readonly parameters: Parameters;
}

/** The dialog that a new one takes the place of. */
export const replaces: HeaderField<Replaces> = single('Replaces', readReplaces, formatReplaces);

function readReplaces(text: string): Replaces | undefined {
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return undefined;
  const callId = readCallId(trimmed(text, 0, semicolon));
  const found = parseParameters(text, semicolon);
  const toTag = found?.get('to-tag');
  const fromTag = found?.get('from-tag');
  if (callId === undefined || found === undefined) return undefined;
  if (toTag === undefined || fromTag === undefined) return undefined;
  return { callId, toTag, fromTag, earlyOnly: found.has('early-only'), parameters: found };
}

function formatReplaces(value: Replaces): string {
  checkText(value.callId, 'A Call-ID');
  const written = new Map(value.parameters)
    .set('to-tag', value.toTag)
    .set('from-tag', value.fromTag);
  if (value.earlyOnly) written.set('early-only', undefined);
  return value.callId + formatParameters(written);
}
