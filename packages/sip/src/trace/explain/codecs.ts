// Which codecs each side names, for the rules that compare them.
import type { MediaDescription, SessionDescription } from '../../sdp/description.ts';
import { isCompanion } from '../../sdp/payload.ts';
import { isSecure } from '../../sdp/security.ts';
import type { CallFacts } from './facts.ts';
import type { SeenMessage } from './seen-message.ts';
import { listed, quoted } from './say.ts';

/** `audio PCMU, PCMA by RTP/AVP`, for each line that is not refused. */
export function mediaWords(sdp: SessionDescription): string {
  const lines = sdp.media.filter(({ port }) => port !== 0);
  return listed(
    lines.map((line) => `${line.media} with ${listed(codecsOf(line))} by ${quoted(line.protocol)}`),
    'no media at all',
  );
}

/** Names of the codecs of a line, without those that go along with others. */
export function codecsOf(line: MediaDescription): readonly string[] {
  const names = line.rtpFormats().filter((format) => !isCompanion(format));
  // Other media than RTP have formats of their own, such as t38.
  const words = line.protocol.includes('RTP') ? names.map(({ name }) => name) : line.formats;
  return [...new Set(words.map(quoted))].slice(0, 12);
}

/** What a party showed of its codecs anywhere in the call: its latest description other than `but`. */
export function shownBy(
  facts: CallFacts,
  party: number | undefined,
  but?: SeenMessage,
): SeenMessage | undefined {
  return facts.messages.findLast(
    (seen) => seen.row.from === party && seen !== but && seen.sdp !== undefined,
  );
}

/** Why two descriptions cannot meet; undefined when they could. */
export function clashOf(offer: SessionDescription, other: SessionDescription): string | undefined {
  const wanted = offer.media.filter(({ port }) => port !== 0);
  if (wanted.every(({ media }) => other.media.every((peer) => peer.media !== media)))
    return `the other side shows no ${listed([...new Set(wanted.map(({ media }) => media))])}`;
  for (const line of wanted) {
    const peer = other.media.find(({ media }) => media === line.media);
    if (peer === undefined) continue;
    if (isSealed(line) !== isSealed(peer))
      return `one side wants encrypted ${line.media} (${quoted(isSealed(line) ? line.protocol : peer.protocol)}), the other plain (${quoted(isSealed(line) ? peer.protocol : line.protocol)})`;
    const names = new Set(codecsOf(peer).map((name) => name.toLowerCase()));
    if (!codecsOf(line).some((name) => names.has(name.toLowerCase())))
      return `no codec for ${line.media} is in both lists`;
  }
  return undefined;
}

function isSealed({ protocol }: MediaDescription): boolean {
  return isSecure(protocol) || protocol.toUpperCase().includes('TLS');
}
