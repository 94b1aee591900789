// A call in one line: what is known of it at once, and what the explainer says when all its lines are read.
import { parseTapLine, TraceBook } from '@offhook/sip/trace';
import type { CallSummary } from '@offhook/sip/trace';
import type { KnownCall } from './ledger.ts';

/** The line of a call that nobody has explained yet. */
export function plainSummary(call: KnownCall): CallSummary {
  const [first, ...others] = [...call.legs].map(({ callId }) => callId);
  return {
    id: first ?? '',
    legs: first === undefined ? [] : [first, ...others],
    method: call.method,
    from: call.from,
    to: call.to,
    caller: undefined,
    callee: undefined,
    startedAt: call.startedAt,
    endedAt: call.endedAt,
    over: call.isOver,
    status: call.status,
    reason: undefined,
    outcome: '',
    messages: call.messages,
    resent: 0,
    transactions: 0,
    dialogs: 0,
    sessions: 0,
    streams: 0,
    packets: 0,
    lostPackets: 0,
    rules: [],
    faults: [],
    happened: '',
    certainty: 'recorded',
    source: 'recorded',
  };
}

/** The line of a call as the explainer has it, by the Call-ID of one of its legs; undefined when its lines hold no message. */
export function explainedSummary(
  callId: string,
  lines: readonly string[],
): CallSummary | undefined {
  const book = new TraceBook();
  for (const line of lines) {
    const read = parseTapLine(line);
    if (read.ok) book.observe(read.value);
  }
  const { calls } = book;
  return calls.find(({ legs }) => legs.includes(callId)) ?? calls[0];
}

/** What a search looks through. */
export function searchText(call: KnownCall, { from, to, caller, callee }: CallSummary): string {
  const callIds = [...call.legs].map(({ callId }) => callId);
  const words = [from, to, caller ?? '', callee ?? '', ...call.users, ...callIds];
  return words.join('\n').toLowerCase().slice(0, 4_000);
}
