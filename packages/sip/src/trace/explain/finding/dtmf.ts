// Fault 25: keys that the other side does not get: events not negotiated, refused, or without their marker or end (RFC 4733 §2.2.2, §2.5.1).
import { isTelephoneEvent } from '../../../sdp/payload.ts';
import type { LineDocument, StreamDocument } from '../../document/document.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { Rule } from '../found.ts';
import { audioLines } from '../media/line.ts';
import type { AudioLine, MediaEnd } from '../media/line.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { count, listed, say } from '../say.ts';

/** Keys that do not arrive as keys. */
export const dtmf: Rule = (facts) => [
  ...refusedInfo(facts),
  ...audioLines(facts).flatMap((audio) => {
    const [one, other] = audio.ends;
    const pressed = [...ofEnd(facts, audio, one, other), ...ofEnd(facts, audio, other, one)];
    return pressed.length > 0 ? pressed : unpressed(facts, audio);
  }),
];

function ofEnd(
  facts: CallFacts,
  audio: AudioLine,
  sender: MediaEnd,
  receiver: MediaEnd,
): readonly Finding[] {
  return sender.sends
    .filter(({ events, encrypted }) => events.length > 0 && !encrypted)
    .flatMap((stream) => {
      const [strange] = [notNegotiated(facts, audio, stream, { sender, receiver })];
      if (strange !== undefined) return [strange];
      return malformed(audio, stream, sender, receiver);
    });
}

// RFC 4733 §2.5.1.1: events go out in a payload type that the receiver named, or not at all.
function notNegotiated(
  facts: CallFacts,
  audio: AudioLine,
  stream: StreamDocument,
  { sender, receiver }: { readonly sender: MediaEnd; readonly receiver: MediaEnd },
): Finding | undefined {
  const wanted = eventTypes(receiver.line);
  if (wanted.some((type) => stream.payloadTypes.includes(type))) return undefined;
  const keys = stream.events;
  const lacks = wanted.length === 0;
  const blamed = lacks && eventTypes(sender.line).length > 0 ? receiver : sender;
  return fault({
    rule: 'dtmf',
    fault: 25,
    title: 'DTMF not negotiated',
    happened: say(
      `${sender.name} sent ${count(keys.length, 'key')} (${keysOf(stream)}) as events that ${receiver.name} did not ask for, so they are not taken as keys.`,
      keys,
    ),
    why: say(
      lacks
        ? `The SDP of ${receiver.name} has no telephone-event.`
        : `The SDP of ${receiver.name} has telephone-event as payload type ${listed(wanted.map(String))}; the events came in another one (${listed(stream.payloadTypes.map(String))}).`,
      receiver.said,
      keys.slice(0, 1),
    ),
    whose: say(
      blamed === receiver
        ? `The side of ${receiver.name}, which did not take telephone-event; ${sender.name} should then not send it.`
        : `The side of ${sender.name}, which sends what was not agreed.`,
      receiver.said,
      keys.slice(0, 1),
    ),
    todo: say(
      `Switch RFC 4733 (telephone-event) on at ${receiver.name}, or make ${sender.name} send keys by SIP INFO or in the audio.`,
      receiver.said ?? audio.answer,
    ),
    party: blamed.party,
    certainty: facts.certainty(),
    section: 'RFC 4733 §2.5.1.1',
    about: { sessions: [audio.session.number], streams: [stream.id] },
    weight: 66,
  });
}

function malformed(
  { session }: AudioLine,
  stream: StreamDocument,
  sender: MediaEnd,
  receiver: MediaEnd,
): readonly Finding[] {
  // What a lost packet carried nobody knows.
  if (stream.lost + stream.duplicated > 0) return [];
  const bare = stream.events.filter(({ marker }) => !marker);
  const open = stream.events.filter(
    ({ ended, at, milliseconds }) => !ended && stream.endedAt - at - milliseconds > 1000,
  );
  const wrong = bare.length > 0 ? bare : open;
  if (wrong.length === 0) return [];
  const [what, rule] =
    bare.length > 0
      ? (['the marker bit in its first packet', 'RFC 4733 §2.2.2'] as const)
      : (['an end', 'RFC 4733 §2.5.1.2'] as const);
  return [
    fault({
      rule: 'dtmf',
      fault: 25,
      title: bare.length > 0 ? 'DTMF without marker' : 'DTMF without end',
      happened: say(
        `${sender.name} sent ${count(stream.events.length, 'key')} (${keysOf(stream)}), of which ${count(wrong.length, 'key')} came without ${what}.`,
        wrong,
      ),
      why: say(
        bare.length > 0
          ? `The marker bit tells that a key begins; without it receivers miss keys, most of all the same key twice.`
          : `Without an end the key counts as pressed on and on, until a receiver gives up on it.`,
        wrong,
      ),
      whose: say(
        `The side of ${sender.name}; no packet of the stream was lost.`,
        wrong.slice(0, 1),
      ),
      todo: say(
        `Have the RTP events of ${sender.name} mended, or send keys by SIP INFO to ${receiver.name} as long as they are so.`,
        wrong.slice(0, 1),
      ),
      party: sender.party,
      certainty: 'inferred',
      section: rule,
      about: { sessions: [session.number], streams: [stream.id] },
      weight: 60,
    }),
  ];
}

/** RFC 6086 §4.2.2 and the practice before it: keys in INFO, which the other side may refuse. */
function refusedInfo(facts: CallFacts): readonly Finding[] {
  const refused = facts
    .roots('INFO')
    .filter(({ request, status = 0 }) => status >= 400 && isKey(request?.row.text ?? ''));
  const [first] = refused;
  if (first === undefined || first.final === undefined) return [];
  const [sender, receiver] = [facts.name(first.client), facts.name(first.origin.server)];
  const asked = refused.flatMap(({ request }) => request ?? []);
  return [
    fault({
      rule: 'dtmf',
      fault: 25,
      title: 'DTMF by INFO refused',
      happened: say(
        `${sender} sent ${count(refused.length, 'key')} by INFO, and ${receiver} refused with ${first.final.row.title}.`,
        asked,
        refused.flatMap(({ final }) => final ?? []),
      ),
      why: say(
        `${receiver} does not take keys of the type ${typeOf(first)} in INFO.`,
        asked,
        first.final,
      ),
      whose: say(`Of both: they do not agree on how keys are sent.`, first.final),
      todo: say(
        `Set ${sender} to RFC 4733 events in RTP, or let ${receiver} take INFO.`,
        first.final,
      ),
      party: first.client,
      certainty: facts.certainty(first.client, first.origin.server),
      section: 'RFC 6086 §4.2.2',
      about: {
        messages: asked.map(({ number }) => number),
        transactions: refused.map(({ number }) => number),
      },
      weight: 64,
    }),
  ];
}

// Nobody suffers from it before a key is pressed.
function unpressed(facts: CallFacts, audio: AudioLine): readonly Finding[] {
  const [one, other] = audio.ends;
  const [mine, theirs] = [eventTypes(one.line), eventTypes(other.line)];
  if ((mine.length === 0) === (theirs.length === 0)) return [];
  const lacks = mine.length === 0 ? one : other;
  const has = lacks === one ? other : one;
  return [
    remark({
      rule: 'dtmf',
      title: 'DTMF not negotiated',
      happened: say(
        `${has.name} can send and take keys as RTP events, ${lacks.name} cannot.`,
        has.said,
        lacks.said,
      ),
      why: say(`The SDP of ${lacks.name} has no telephone-event.`, lacks.said),
      whose: say(`The side of ${lacks.name}.`, lacks.said),
      todo: say(`Switch RFC 4733 on at ${lacks.name} if keys are to be sent.`, lacks.said),
      party: lacks.party,
      certainty: facts.certainty(lacks.party),
      section: 'RFC 4733 §2.5.1.1',
      about: { sessions: [audio.session.number] },
      weight: 10,
    }),
  ];
}

function eventTypes(line: LineDocument | undefined): readonly number[] {
  return (line?.codecs ?? [])
    .filter(({ name, clockRate }) => isTelephoneEvent({ name, clockRate }))
    .map(({ payloadType }) => payloadType);
}

function keysOf({ events }: StreamDocument): string {
  const keys = events.map(({ key }) => key).join('');
  return keys.length > 16 ? `${keys.slice(0, 16)}…` : keys;
}

function isKey(text: string): boolean {
  return /^(?:content-type|c)\s*:\s*application\/(?:dtmf|dtmf-relay|vnd\.nortelnetworks\.digits)\b/im.test(
    text,
  );
}

function typeOf({ request }: SeenTransaction): string {
  return /application\/[\w.-]+/i.exec(request?.row.text ?? '')?.[0] ?? 'application/dtmf-relay';
}
