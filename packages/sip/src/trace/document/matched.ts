// Why a message belongs where it belongs, in a sentence for each lane.
import type { Label } from '../correlate/labelled.ts';
import type { Heard } from './heard.ts';
import type { LaneNumbers } from './lane-numbers.ts';

/** The sentences of one message. */
export function matchedBy(
  { row, message }: Heard,
  original: number | undefined,
  lanes: LaneNumbers,
): readonly string[] {
  if (message === undefined) return ['It is no valid SIP message, so nothing can be matched.'];
  const sentences: string[] = [];
  if (original !== undefined)
    sentences.push(`It is message ${original} again, byte for byte (RFC 3261 §17).`);
  for (const label of row.labels) {
    const name = `${label.lane}${lanes.of(label)}`;
    if (label.lane === 'T')
      sentences.push(byTransaction(name, label, row.status, row.method, message.topVia.branch));
    if (label.lane === 'D')
      sentences.push(
        `${name}: Call-ID, From tag ${clip(message.fromTag ?? '(none)')} and To tag ${clip(message.toTag ?? '(none)')}, all three (RFC 3261 §12).`,
      );
    if (label.lane === 'S')
      sentences.push(
        row.sdp === undefined
          ? `${name}: the session of its dialog (RFC 3261 §13).`
          : `${name}: it carries the ${row.sdp.role} of this session (RFC 3264 §4).`,
      );
  }
  return sentences;
}

function byTransaction(
  name: string,
  label: Label,
  status: number | undefined,
  method: string,
  branch: string | undefined,
): string {
  const told = label.source === 'recorded' ? 'as its endpoint recorded: ' : '';
  if (branch === undefined || !branch.startsWith('z9hG4bK'))
    return `${name}: ${told}no branch with the magic cookie, so Via, From tag and CSeq number stand in (RFC 3261 §17.2.3).`;
  const which = `branch ${clip(branch)}`;
  if (status !== undefined)
    return `${name}: ${told}${which} in the top Via and method ${method} in CSeq are those of its request (RFC 3261 §17.1.3).`;
  if (method === 'ACK')
    return `${name}: ${told}${which}; the ACK to a failure has the branch of its INVITE, the ACK to a 2xx one of its own (RFC 3261 §17.1.1.3, §13.2.2.4).`;
  return `${name}: ${told}${which} and method ${method} (RFC 3261 §17.2.3).`;
}

function clip(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 38)}..`;
}
