// The dialogs of a document: both ends with their tags, targets, routes and sequence numbers (RFC 3261 §12).
import type { Change, Label } from '../correlate/labelled.ts';
import { machinesOf } from './changes.ts';
import type { DialogDocument } from './document.ts';
import { contactOf, hopsOf, recordedRoute } from './heard.ts';
import type { Heard } from './heard.ts';
import type { LaneNumbers } from './lane-numbers.ts';
import type { PartyList } from './party-list.ts';
import { furthestStates } from './spans.ts';

/** Methods whose messages may say anew where their sender is reached (RFC 3261 §12.2, RFC 6141). */
const refreshing = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

interface End {
  readonly tag: string;
  party: number | undefined;
  user: string | undefined;
  target: string | undefined;
  routeSet: readonly string[];
  cseq: number | undefined;
}

/** The dialogs in the order of their numbers. */
export function dialogsOf(
  messages: readonly Heard[],
  changes: readonly Change[],
  lanes: LaneNumbers,
  parties: PartyList,
): readonly DialogDocument[] {
  const documents: DialogDocument[] = [];
  for (const item of lanes.items('D')) {
    const own = messages.filter(({ row }) => row.labels.includes(item));
    const document = dialogOf(item, own, changes, lanes, parties);
    if (document !== undefined) documents.push(document);
  }
  return documents.map((document) => ({
    ...document,
    forks: documents
      .filter(
        (other) =>
          other !== document &&
          other.leg === document.leg &&
          other.createdBy !== undefined &&
          document.createdBy !== undefined &&
          other.ends[0].tag === document.ends[0].tag,
      )
      .map(({ number }) => number),
  }));
}

function dialogOf(
  item: Label,
  messages: readonly Heard[],
  changes: readonly Change[],
  lanes: LaneNumbers,
  parties: PartyList,
): DialogDocument | undefined {
  const [first] = messages;
  if (first?.message === undefined) return undefined;
  const ends: [End, End] = [endOf(first.message.fromTag), endOf(first.message.toTag)];
  // A response was asked for by the one in From; a request in a dialog that began earlier counts its sender as the first.
  for (const heard of messages) follow(ends, heard, parties);
  // Seen at several hops, it was created by the transaction of its caller, which came first.
  const answered = messages.filter(({ row }) => row.status !== undefined);
  const creators = first.row.status === undefined ? [] : answered.slice(0, 8);
  const createdBy = creators
    .filter(({ row }) => row.method === first.row.method && row.cseq === first.row.cseq)
    .flatMap(({ row }) =>
      row.labels.filter(({ lane }) => lane === 'T').map((label) => lanes.of(label)),
    )
    .toSorted((one, other) => one - other)
    .at(0);
  return {
    number: lanes.of(item),
    leg: first.leg,
    callId: first.message.callId,
    ends,
    source: item.source,
    states: furthestStates(
      changes
        .filter(({ label, subject, stray }) => label === item && subject === 'dialog' && !stray)
        .map((change) => ({ ...change, after: change.after.toLowerCase() })),
      ['trying', 'proceeding', 'early', 'confirmed', 'terminated'],
    ),
    machines: machinesOf(
      item,
      changes.filter(
        ({ subject }) => subject === 'dialog' || / (?:subscri|notif)/.test(` ${subject}`),
      ),
      parties,
    ),
    createdBy,
    forks: [],
    messages: messages.map(({ number }) => number),
  };
}

function follow(ends: [End, End], { row, message }: Heard, parties: PartyList): void {
  if (message === undefined || row.resend > 0) return;
  const isRequest = row.status === undefined;
  const fromFirst = message.fromTag === ends[0].tag;
  const asker = fromFirst ? ends[0] : ends[1];
  const asked = fromFirst ? ends[1] : ends[0];
  const sender = isRequest ? asker : asked;
  // Of a message with one Via the hop of who asked is seen; what proxies pass on has more.
  const isFirstHop = hopsOf(message) === 1;
  if (isRequest) {
    if (isFirstHop) asker.party ??= parties.id(row.from);
  } else {
    asked.party ??= parties.id(row.from);
    if (isFirstHop) asker.party ??= parties.id(row.to);
  }
  asker.user ??= userOf(message.from.uri);
  asked.user ??= userOf(message.to.uri);
  if (isRequest && row.method !== 'ACK' && row.method !== 'CANCEL' && row.cseq !== undefined)
    asker.cseq = Math.max(asker.cseq ?? 0, row.cseq);
  const succeeds = row.status === undefined || (row.status > 100 && row.status < 300);
  if (succeeds && refreshing.has(row.method)) sender.target = contactOf(message) ?? sender.target;
  const route = recordedRoute(message);
  if (route.length === 0 || !succeeds) return;
  // RFC 3261 §12.1: the callee takes the recorded route as it stands, the caller takes it backwards.
  if (asked.routeSet.length === 0) asked.routeSet = route;
  if (!isRequest && asker.routeSet.length === 0) asker.routeSet = route.toReversed();
}

function endOf(tag: string | undefined): End {
  return {
    tag: tag ?? '',
    party: undefined,
    user: undefined,
    target: undefined,
    routeSet: [],
    cseq: undefined,
  };
}

function userOf(uri: { readonly scheme: string }): string | undefined {
  return 'user' in uri && typeof uri.user === 'string' && uri.user !== '' ? uri.user : undefined;
}
