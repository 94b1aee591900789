// Tap lines as they are kept: without secrets, without what users write to each other, packed.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Observation } from '@offhook/sip';
import { formatTapLine, redactMessage } from '@offhook/sip/trace';

/** A message that was observed. */
export type SeenMessage = Extract<Observation, { readonly kind: 'message' }>;

/** The line of an observation, without its end. */
export function keptLine(observation: Observation): string {
  return formatTapLine(withoutWords(observation), { redact: true });
}

/** A message as it may leave: without secrets and words. */
export function withoutSecrets(message: SeenMessage): SeenMessage {
  const { text } = withoutWords(message);
  return { ...message, text: redactMessage(text) };
}

/** An observation of a MESSAGE without what it says: a trace is about the way of a text, not about the text. */
function withoutWords<Seen extends Observation>(observation: Seen): Seen {
  if (observation.kind !== 'message' && observation.kind !== 'dropped') return observation;
  const { text } = observation;
  if (!/^MESSAGE[ \t]/i.test(text)) return observation;
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return observation;
  const body = end.index + end[0].length;
  // The length stays true, so that framing and Content-Length can still be judged.
  return {
    ...observation,
    text: text.slice(0, body) + text.slice(body).replaceAll(/[^\r\n]/g, '*'),
  };
}

/** Lines packed for the database. */
export function pack(lines: string): Uint8Array {
  return deflateRawSync(lines, { level: 1 });
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
