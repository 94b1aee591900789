// A call in one line: what a list of calls shows and a search finds.
import { own } from '../../base/bytes.ts';
import { addressText } from '../correlate/parties.ts';
import type { Source } from '../correlate/labelled.ts';
import type { Certainty, Judgement } from '../explain/explanation.ts';
import type { CallDocument } from './document.ts';

/** One line of a list of calls. Plain data; times in milliseconds since 1970. */
export interface CallSummary {
  /** Call-ID of its first leg. */
  readonly id: string;
  /** Call-IDs of all its legs. */
  readonly legs: readonly string[];
  readonly method: string;
  readonly from: string;
  readonly to: string;
  /** Where its first request came from and went to, `host:port`; undefined when no message was seen. */
  readonly caller: string | undefined;
  readonly callee: string | undefined;
  readonly startedAt: number;
  /** When its last message or media packet was seen: what only a timer ended later makes no call longer. */
  readonly endedAt: number;
  readonly over: boolean;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  /** Such as `answered after 2.1 s, ended by bob after 8.3 s`. */
  readonly outcome: string;
  readonly messages: number;
  readonly resent: number;
  readonly transactions: number;
  readonly dialogs: number;
  readonly sessions: number;
  readonly streams: number;
  readonly packets: number;
  readonly lostPackets: number;
  /** Rules of its faults, the weightiest first, and their numbers in the catalogue. */
  readonly rules: readonly string[];
  readonly faults: readonly number[];
  /** The verdict's first sentence. */
  readonly happened: string;
  readonly certainty: Certainty;
  readonly source: Source;
  /** True when its beginning was let go before it went on: what is told of it is what its parts tell. */
  readonly parted?: true;
}

/** The line of a call. */
export function summarise(document: CallDocument, { verdict, findings }: Judgement): CallSummary {
  const { outcome, messages, streams } = document;
  const [first] = messages;
  const faults = findings.filter(({ severity }) => severity === 'fault');
  return {
    id: document.id,
    legs: document.legs.map(({ callId }) => callId),
    method: document.method,
    from: document.from,
    to: document.to,
    caller: first && addressText(first.source),
    callee: first && addressText(first.destination),
    startedAt: document.startedAt,
    endedAt: [...messages, ...streams.map(({ endedAt: at }) => ({ at }))].reduce(
      (last, { at }) => Math.max(last, at),
      document.startedAt,
    ),
    over: outcome.over,
    status: outcome.status,
    reason: outcome.reason,
    outcome: own(outcome.text),
    messages: messages.length,
    resent: messages.filter(({ resend }) => resend > 0).length,
    transactions: document.transactions.length,
    dialogs: document.dialogs.length,
    sessions: document.sessions.length,
    streams: streams.length,
    packets: streams.reduce((sum, { packets }) => sum + packets, 0),
    lostPackets: streams.reduce((sum, { lost }) => sum + lost, 0),
    rules: faults.map(({ rule }) => rule),
    faults: faults.flatMap(({ fault }) => fault ?? []),
    happened: own(verdict.happened.text),
    certainty: verdict.certainty,
    source: document.source,
  };
}

/** The line of a call that was let go with the line `before` and went on as `after`: one call, told by what its parts tell. */
export function goneOn(before: CallSummary, after: CallSummary): CallSummary {
  const faults = new Set([...before.faults, ...after.faults]);
  return {
    ...before,
    endedAt: Math.max(before.endedAt, after.endedAt),
    over: before.over || after.over,
    messages: before.messages + after.messages,
    resent: before.resent + after.resent,
    transactions: before.transactions + after.transactions,
    dialogs: Math.max(before.dialogs, after.dialogs),
    sessions: Math.max(before.sessions, after.sessions),
    streams: Math.max(before.streams, after.streams),
    packets: Math.max(before.packets, after.packets),
    lostPackets: Math.max(before.lostPackets, after.lostPackets),
    rules: [...new Set([...before.rules, ...after.rules])],
    faults: [...faults],
    parted: true,
  };
}
