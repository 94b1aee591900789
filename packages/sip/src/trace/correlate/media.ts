// Offer and answer as seen in messages (RFC 3264, RFC 6337 §2.2): who offered what, what was agreed, and when media flows by it.
import { isSuccess } from './call.ts';
import type { CallRecord } from './call.ts';
import type { MediaFlow, MediaRow, SdpNote } from './labelled.ts';
import type {
  Agreement,
  DialogItem,
  MediaLeg,
  Offer,
  SessionItem,
  TransactionItem,
} from './lanes.ts';
import type { PartyRecord } from './parties.ts';
import { agree } from './read-sdp.ts';
import type { MediaTold, MessageRowRecord } from './rows.ts';

/** One message's place in offer and answer. */
export interface MediaStep {
  readonly call: CallRecord;
  readonly row: MessageRowRecord;
  readonly transaction: TransactionItem;
  readonly dialog: DialogItem | undefined;
}

/** Media rows to tell before the row, what its SDP is, and media rows to tell after it. */
export interface MediaNews {
  readonly before: readonly MediaTold[];
  readonly sdp: SdpNote | undefined;
  readonly after: readonly MediaTold[];
}

/** Takes a message that was not seen before. */
export function followMedia(step: MediaStep): MediaNews {
  const { row, dialog } = step;
  const before = row.method === 'ACK' ? [] : overdueMedia(step.call);
  const after: MediaTold[] = [];
  const sdp = takeSdp(step, after);
  if (dialog !== undefined && row.method === 'ACK' && row.status === undefined)
    acknowledge(step.call, dialog, row, after);
  if (dialog?.session !== undefined && row.method === 'BYE' && row.status === undefined) {
    end(dialog.session, row.at, after);
  }
  return { before, sdp, after };
}

/** What was acknowledged on a hop that did not reach the one who answered. */
export function overdueMedia(call: CallRecord): readonly MediaTold[] {
  const told: MediaTold[] = [];
  for (const dialog of call.acknowledged) {
    for (const agreement of dialog.agreements) put(dialog, agreement, call.lastAt, told);
    dialog.agreements = [];
  }
  call.acknowledged.clear();
  return told;
}

function takeSdp(step: MediaStep, after: MediaTold[]): SdpNote | undefined {
  const { call, row, transaction, dialog } = step;
  const sdp = row.facts?.sdp;
  if (sdp === undefined) return undefined;
  const session = dialog?.session ?? call.openSessions.get(row.facts?.fromTag ?? '');
  const direction = row.status === undefined ? 'request' : 'response';
  const key = `${sdp.hash} ${row.cseq ?? 0} ${row.method} ${direction}`;
  const seen = call.bodies.get(key);
  const origin = seen?.origin.current ?? row.from;
  const role = seen?.role ?? roleOf(row, transaction, dialog);
  call.rememberBody(key, role, origin);
  const body: Offer = { sdp, party: origin };
  if (role === 'offer') {
    transaction.offer = row.status === undefined ? body : undefined;
    if (row.status !== undefined && dialog !== undefined) dialog.openOffer = body;
  } else {
    answer(step, body, after);
  }
  const initial = role === 'offer' && session !== undefined && session.offered === undefined;
  if (initial) session.offered = sdp.hash;
  return {
    role,
    lines: sdp.lines,
    initial: initial || (role === 'offer' && seen !== undefined && session?.offered === sdp.hash),
    again: seen !== undefined,
  };
}

/** RFC 6337 §2.2: which of the two a body is, by where it stands. */
function roleOf(
  row: MessageRowRecord,
  transaction: TransactionItem,
  dialog: DialogItem | undefined,
): 'offer' | 'answer' {
  if (row.status !== undefined) return transaction.offer === undefined ? 'offer' : 'answer';
  const closes = row.method === 'ACK' || row.method === 'PRACK';
  return closes && dialog?.openOffer !== undefined ? 'answer' : 'offer';
}

function answer(step: MediaStep, body: Offer, after: MediaTold[]): void {
  const { call, row, transaction, dialog } = step;
  if (dialog === undefined) return;
  const isRequest = row.status === undefined;
  const offer = isRequest ? dialog.openOffer : transaction.offer;
  if (offer === undefined) return;
  if (isRequest) dialog.openOffer = undefined;
  const agreement = agreementOf(offer, body, row.cseq ?? 0);
  if (row.method !== 'INVITE') {
    put(dialog, agreement, row.at, after);
  } else if (!isSuccess(row.status)) {
    put(dialog, agreement, row.at, after, true);
  } else if (
    !dialog.agreements.some(({ key }) => key === agreement.key) &&
    dialog.session?.told !== agreement.key
  ) {
    dialog.agreements.push(agreement);
    call.acknowledged.delete(dialog);
  }
}

function agreementOf(offer: Offer, body: Offer, cseq: number): Agreement {
  return {
    key: `${offer.sdp.hash} ${body.sdp.hash} ${cseq}`,
    offerer: offer.party,
    answerer: body.party,
    streams: agree(offer.sdp, body.sdp),
  };
}

/** RFC 3261 §13.2.2.4: with the ACK the three-way handshake is done; the story tells it where the ACK arrives. */
function acknowledge(
  call: CallRecord,
  dialog: DialogItem,
  row: MessageRowRecord,
  after: MediaTold[],
): void {
  const arrived = dialog.agreements.filter(({ answerer }) => answerer.current === row.to);
  for (const agreement of arrived) put(dialog, agreement, row.at, after);
  dialog.agreements = dialog.agreements.filter((agreement) => !arrived.includes(agreement));
  if (dialog.agreements.length > 0) call.acknowledged.add(dialog);
}

function put(
  dialog: DialogItem,
  agreement: Agreement,
  at: number,
  told: MediaTold[],
  early = false,
): void {
  const { session } = dialog;
  if (session === undefined || session.ended || session.told === agreement.key) return;
  const { offerer, answerer, streams } = agreement;
  const key = legKey(offerer.current, answerer.current);
  const last = session.legs.get(key);
  if (early && last !== undefined) return;
  if (!early) session.told = agreement.key;
  const leg: MediaLeg = { from: offerer, to: answerer, streams, early };
  session.legs.set(key, leg);
  const state = early ? 'early' : stateAfter(last, leg);
  if (state === undefined) return;
  if (!early) session.activeAt ??= at;
  told.push({ label: session, state, from: offerer, to: answerer, streams });
}

function end(session: SessionItem, at: number, told: MediaTold[]): void {
  if (session.ended) return;
  session.ended = true;
  for (const { from, to, streams } of session.legs.values()) {
    const lasted = session.activeAt === undefined ? {} : { lasted: at - session.activeAt };
    told.push({ label: session, state: 'ended', from, to, streams, ...lasted });
  }
}

/** What the agreement makes of the leg; undefined when it is as before. */
function stateAfter(last: MediaLeg | undefined, leg: MediaLeg): MediaRow['state'] | undefined {
  if (last === undefined || last.early) return 'active';
  const before = isTwoWay(last.streams);
  const after = isTwoWay(leg.streams);
  if (before !== after) return after ? 'resumed' : 'held';
  return sameFlows(last, leg) ? undefined : after ? 'active' : 'held';
}

function isTwoWay(streams: readonly MediaFlow[]): boolean {
  return streams.some(({ forth, back }) => forth && back);
}

function sameFlows(last: MediaLeg, leg: MediaLeg): boolean {
  const turned = last.from.current !== leg.from.current;
  return (
    last.streams.length === leg.streams.length &&
    leg.streams.every((stream, index) => {
      const other = last.streams[index];
      if (other === undefined) return false;
      const [forth, back] = turned ? [other.back, other.forth] : [other.forth, other.back];
      return stream.codec === other.codec && stream.forth === forth && stream.back === back;
    })
  );
}

function legKey(one: PartyRecord, other: PartyRecord): string {
  return one.id < other.id ? `${one.id} ${other.id}` : `${other.id} ${one.id}`;
}
