// Tap lines as they are kept: without secrets, without what users write to each other, packed.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Observation } from '@offhook/sip';
import { formatTapLine, redactMessage } from '@offhook/sip/trace';

/** A message that was observed. */
export type SeenMessage = Extract<Observation, { readonly kind: 'message' }>;

/** The line of an observation, without its end; `line` is its JSON, where somebody has that already. */
export function keptLine(observation: Observation, line?: string): string {
  const kept = withoutSecrets(observation);
  if (kept === observation && line !== undefined && isPlain(line)) return line;
  return formatTapLine(kept, { redact: false });
}

/** An observation as it may leave, without secrets and words: itself where it holds none. */
export function withoutSecrets<Seen extends Observation>(observation: Seen): Seen {
  if (observation.kind !== 'message' && observation.kind !== 'dropped') return observation;
  const text = redactMessage(withoutWords(observation.text));
  return text === observation.text ? observation : { ...observation, text };
}

/** A MESSAGE without what it says: a trace is about the way of a text, not about the text. */
function withoutWords(text: string): string {
  const end = /^MESSAGE[ \t]/i.test(text) ? /\r?\n\r?\n/.exec(text) : null;
  if (end === null) return text;
  const body = end.index + end[0].length;
  // The length stays true, so that framing and Content-Length can still be judged.
  return text.slice(0, body) + text.slice(body).replaceAll(/[^\r\n]/g, '*');
}

/** True for plain ASCII, which tap lines are. */
function isPlain(line: string): boolean {
  return !/[\u007f-\uffff]/.test(line);
}

/** Lines, which are plain ASCII, packed for the database; tables of half the usual size take half the time to lay out, and pack a call as small. */
export function pack(lines: string): Uint8Array {
  return deflateRawSync(Buffer.from(lines, 'latin1'), { level: 1, windowBits: 14, memLevel: 7 });
}

/** The lines again. */
export function unpack(packed: Uint8Array): string {
  return inflateRawSync(packed, { maxOutputLength: longest }).toString('latin1');
}

/** More than any pack holds: what is gathered of a leg, and one longest line. */
const longest = 4_000_000;

/** When a line was observed, in milliseconds since 1970. */
export function timeOf(line: string): number {
  // Within texts the quotes are escaped, so that this is the field itself.
  return Number(/"at":(-?[\d.e+]+)/.exec(line)?.[1] ?? 0);
}
