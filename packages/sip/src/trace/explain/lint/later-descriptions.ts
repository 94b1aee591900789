// How the descriptions of one side may change in a session (RFC 3264 §8).
import type { SessionDescription } from '../../../sdp/description.ts';
import { sameCodec } from '../../../sdp/payload.ts';
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';
import { quoted } from '../say.ts';
import { must } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** A later description counts its version up, keeps all lines, and leaves payload types what they were. */
export const laterDescriptions: LintRule = {
  rule: 'later-descriptions',
  find: (seen, facts) => {
    const { sdp } = seen;
    const before = sdp === undefined ? undefined : descriptionBefore(seen, facts);
    return sdp === undefined || before?.sdp === undefined
      ? []
      : changesOf(before.sdp, sdp, before.frame);
  },
};

// The description that the same sender gave before in the same dialog.
function descriptionBefore(seen: SeenMessage, facts: CallFacts): SeenMessage | undefined {
  const label = seen.row.labels.find(({ lane }) => lane === 'D')?.number;
  if (label === undefined) return undefined;
  return facts.messages.findLast(
    (other) =>
      other.number < seen.number &&
      other.row.from === seen.row.from &&
      other.row.to === seen.row.to &&
      other.row.leg === seen.row.leg &&
      other.sdp !== undefined &&
      (other.row.labels.find(({ lane }) => lane === 'D')?.number ?? label) === label,
  );
}

function changesOf(
  before: SessionDescription,
  after: SessionDescription,
  frame: number,
): readonly Departure[] {
  const found: Departure[] = [];
  const [one, two] = [before.origin, after.origin];
  const [older, newer] = [BigInt(one.sessionVersion), BigInt(two.sessionVersion)];
  const same = textOf(before) === textOf(after);
  const origin = ({ username, sessionId, address }: typeof one): string =>
    `${username} ${sessionId} ${address}`;
  if (origin(one) !== origin(two))
    return [
      must(
        `The origin (o=) is another than in frame ${frame}; only its version may change.`,
        'RFC 3264 §8',
      ),
    ];
  if (!same && newer === older)
    found.push(
      must(
        `The description differs from that of frame ${frame} and has the same version in o=.`,
        'RFC 3264 §8',
      ),
    );
  if (newer < older)
    found.push(must(`The version in o= is lower than in frame ${frame}.`, 'RFC 3264 §8'));
  if (after.media.length < before.media.length)
    found.push(
      must(
        `There are ${after.media.length} media lines, ${before.media.length} in frame ${frame}; a line is ended by port 0, not left out.`,
        'RFC 3264 §8',
      ),
    );
  for (const [index, line] of after.media.entries()) {
    const old = before.media[index];
    if (old === undefined || old.media !== line.media) continue;
    for (const format of line.rtpFormats()) {
      const other = old.rtpFormats().find(({ payloadType }) => payloadType === format.payloadType);
      if (other !== undefined && !sameCodec(format, other))
        found.push(
          must(
            `Payload type ${format.payloadType} means ${quoted(format.name)} now and meant ${quoted(other.name)} in frame ${frame}.`,
            'RFC 3264 §8.3.2',
          ),
        );
    }
  }
  return found;
}

function textOf({ lines, media }: SessionDescription): string {
  const session = lines.filter((line) => !line.startsWith('o='));
  return [...session, ...media.flatMap((line) => line.lines)].join('\n');
}
