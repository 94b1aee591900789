// A SIPp scenario that plays one party of a call once more, with all that it did wrong, and a command that runs it (W3).
import type { CallDocument } from '../document/document.ts';
import { CallFacts } from '../explain/facts.ts';
import { Play } from './sipp/play.ts';
import { scenarioOf } from './sipp/scenario.ts';

/** A file to be written. */
export interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

/** A scenario that plays a party, and a shell script that runs it. */
export interface SippScenario {
  /** `uac` when the party began the call. */
  readonly role: 'uac' | 'uas';
  readonly files: readonly ExportedFile[];
}

/** The time after the last message in which SIPp still answers, in seconds. */
const spare = 40;

/**
 * What `party` did in the first leg in which it took part, for SIPp 3.6: its messages with their gaps, with repeats where it
 * repeats, without what it never sent. Undefined when it sent nothing, or answers alone to what was asked elsewhere. Media is
 * where SIPp has its own.
 */
export function toSippScenario(document: CallDocument, party: number): SippScenario | undefined {
  const facts = new CallFacts(document);
  const first = facts.messages.find(({ row }) => row.from === party);
  if (first === undefined) return undefined;
  const play = new Play(facts, party, first.row.leg);
  if (play.messages.length === 0) return undefined;
  const role = play.begins ? 'uac' : 'uas';
  const until = Math.max(document.endedAt, ...document.steps.map(({ at }) => at));
  const [begun] = play.messages;
  const xml = scenarioOf(play, facts, `${role} of ${facts.name(party)}`, document.endedAt);
  const seconds = Math.ceil((until - (begun?.at ?? until)) / 1000) + spare;
  const command = commandOf(play, facts, document, seconds);
  return {
    role,
    files: [
      { name: `${role}.xml`, text: xml },
      { name: `${role}.sh`, text: command },
    ],
  };
}

function commandOf(play: Play, facts: CallFacts, document: CallDocument, seconds: number): string {
  const asks = play.messages.some(({ status }) => status === 401 || status === 407);
  const isStream = play.messages.some(({ row }) => row.protocol !== 'UDP');
  const flags = [
    '-sf "$(dirname "$0")/' + (play.begins ? 'uac' : 'uas') + '.xml"',
    `-t ${isStream ? 't1' : 'u1'} -m 1 -l 1 -nostdin -timeout ${seconds}s`,
    '-i "${LOCAL:-127.0.0.1}" -mi "${LOCAL:-127.0.0.1}"',
    '-p "${PORT:-' +
      (play.begins ? '5070' : '5060') +
      '}" -mp "${MEDIA_PORT:-' +
      (play.begins ? '16000' : '17000') +
      '}"',
    // It gives up earlier than Timer F and then sends a BYE of its own.
    play.isDeaf
      ? '-nr -default_behaviors all,-abortunexp'
      : '-max_retrans 20 -max_invite_retrans 20 -max_non_invite_retrans 20',
    ...(asks ? ['-au "${SIP_USER:?who logs in}" -ap "${SIP_PASSWORD:?with which password}"'] : []),
    ...(play.begins ? ['"${TARGET:?host:port of the other side}"'] : []),
  ];
  const who = facts.name(play.party).replaceAll(/[^\w .:@()+-]/g, '?');
  return [
    '#!/bin/sh',
    `# Plays ${who} once more: exit status 0 when everything came as it came then.`,
    ...limitsOf(document, play).map((text) => `# ${text}`),
    `exec sipp \\\n  ${flags.join(' \\\n  ')} "$@"`,
    '',
  ].join('\n');
}

/** What of the call does not come again, so that nobody waits for a fault that lies there. */
function limitsOf(document: CallDocument, play: Play): readonly string[] {
  const protocols = new Set(play.messages.map(({ row }) => row.protocol));
  const limits: string[] = [];
  if (play.isDeaf)
    limits.push('It repeats what has been answered, so SIPp repeats and heeds nothing by itself.');
  if (protocols.has('WS') || protocols.has('WSS'))
    limits.push('Not played: WebSocket, which SIPp does not speak. It is TCP here.');
  if (protocols.has('TLS'))
    limits.push('Not played: TLS, which would want certificates. It is TCP here.');
  if (document.notes.some(({ topic }) => topic === 'network' || topic === 'flow'))
    limits.push('Not played: keep-alives, and what became of packets and connections beneath SIP.');
  if (document.notes.some(({ topic }) => topic === 'ice' || topic === 'dtls'))
    limits.push('Not played: ICE and DTLS, which SIPp does not speak.');
  if (document.streams.length > 0)
    limits.push('Not played: the media, so no fault that is in its packets.');
  if (document.bindings.length > 0 && document.method !== 'REGISTER')
    limits.push('Not played: the registrations that led the call where it went.');
  if (document.legs.length > 1 || document.parties.length > 2)
    limits.push('Not played: what other parties did; only one side of one leg is.');
  return limits;
}
