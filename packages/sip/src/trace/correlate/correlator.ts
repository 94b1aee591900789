// The one place where labels are made: observations in, rows of the story out.
import type {
  DialogStepped,
  MessageObserved,
  Observation,
  OfferAnswerStepped,
  RegistrationStepped,
  SessionStepped,
  SubscriptionStepped,
  TransactionStepped,
} from '../../base/tap.ts';
import { CallRecord } from './call.ts';
import { figureOf } from './figure-of.ts';
import type { SteppedObservation } from './figure-of.ts';
import { sameMoment } from './fit.ts';
import { clip, keyOf } from './identity.ts';
import { place } from './infer.ts';
import type { Call, Change, Label, Labelled, MessageRow, NoteRow, StepRow } from './labelled.ts';
import type { SessionItem, TransactionItem } from './lanes.ts';
import { Legs } from './legs.ts';
import { followMedia, overdueMedia } from './media.ts';
import { nameParties } from './name-parties.ts';
import { droppedText, flowText, mediaText } from './note-text.ts';
import { beginOutcome, followOutcome, followTimers } from './outcome.ts';
import { Parties } from './parties.ts';
import type { PartyRecord } from './parties.ts';
import { firstLineOf, readMessage } from './read-message.ts';
import type { MessageFacts } from './read-message.ts';
import { MediaRowRecord, MessageRowRecord } from './rows.ts';
import type { MediaTold, Side } from './rows.ts';
import { hashesOf, hopOf, isOtherEnd, isSameSight } from './sight.ts';
import { StepQueue } from './step-queue.ts';
import { isNamed, isOfInvite, isOfSubscription } from './waiting.ts';
import type { Waiting } from './waiting.ts';

/** What a correlator is given. */
export interface CorrelatorOptions {
  /** How many calls are kept; the one untouched for longest goes first. 500 unless said. */
  readonly calls?: number;
}

/**
 * Turns observations into rows, one by one, in the order in which they come. A row that learns more (its other side, a
 * change that it caused) is returned again. Memory is bounded: calls beyond the limit are forgotten, the idlest first.
 */
export class Correlator {
  readonly #limit: number;
  readonly #calls = new Map<string, CallRecord>();
  readonly #parties = new Parties();
  /** Calls by endpoint and session id, for records that name no Call-ID. */
  readonly #sessionCalls = new Map<string, CallRecord>();
  readonly #legs = new Legs();
  readonly #steps = new StepQueue({
    attached: (row) => this.#touch(row),
    alone: (waiting) => this.#alone(waiting),
  });
  #rows: Labelled[] = [];
  #lastRow = 0;
  #lastCall = 0;
  #messageRow: MessageRowRecord | undefined;

  constructor(options: CorrelatorOptions = {}) {
    this.#limit = Math.max(1, options.calls ?? 500);
  }

  /** The calls that are kept, the one touched last at the end. */
  get calls(): readonly Call[] {
    return [...this.#calls.values()];
  }

  /** The row of the message that was added last: where it is the other end of one, that one's. */
  get messageRow(): MessageRow | undefined {
    return this.#messageRow;
  }

  /** Takes one observation; returns the rows that are new or that changed, in the order of the story. */
  add(observation: Observation): readonly Labelled[] {
    this.#steps.expire(observation.at);
    switch (observation.kind) {
      case 'message':
        this.#message(observation);
        break;
      case 'transaction':
        this.#transaction(observation);
        break;
      case 'dialog':
        this.#dialog(observation);
        break;
      case 'session':
        this.#session(observation);
        break;
      case 'subscription':
        this.#subscription(observation);
        break;
      case 'offer-answer':
        this.#offerAnswer(observation);
        break;
      case 'registration':
        this.#registration(observation);
        break;
      case 'dropped':
        this.#note(observation, 'dropped', droppedText(observation));
        break;
      case 'flow':
        this.#note(observation, 'flow', flowText(observation));
        break;
      case 'media':
        this.#media(observation);
        break;
    }
    return this.#take();
  }

  /** Rows for steps that wait for a message that never came; for the end, and for when nothing happens for a while. */
  flush(): readonly Labelled[] {
    this.#steps.expire(Number.POSITIVE_INFINITY);
    for (const call of this.#calls.values()) this.#tell(call, overdueMedia(call));
    return this.#take();
  }

  /** Forgets a call; should it go on after all, it counts as a new one. */
  release(callId: string): void {
    this.#forget(keyOf(callId));
  }

  #take(): readonly Labelled[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #touch(row: MessageRowRecord): void {
    if (!this.#rows.includes(row)) {
      row.revision += 1;
      this.#rows.push(row);
    }
  }

  #callOf(callId: string, at: number): CallRecord {
    const call = this.#calls.get(callId) ?? this.#newCall(callId, at);
    this.#calls.delete(callId);
    this.#calls.set(callId, call);
    if (this.#calls.size > this.#limit) {
      for (const eldest of this.#calls.keys()) {
        this.#forget(eldest);
        break;
      }
    }
    return call;
  }

  #newCall(callId: string, at: number): CallRecord {
    this.#lastCall += 1;
    return new CallRecord(this.#lastCall, callId, at);
  }

  #forget(callId: string): void {
    const call = this.#calls.get(callId);
    this.#calls.delete(callId);
    for (const [key, owner] of this.#sessionCalls)
      if (owner === call) this.#sessionCalls.delete(key);
    if (call !== undefined) this.#legs.forget(call);
  }

  #message(seen: MessageObserved): void {
    const local = this.#parties.local(seen.endpoint, seen.local);
    const remote = this.#parties.remote(seen.remote);
    const facts = readMessage(seen.text);
    const call = facts === undefined ? undefined : this.#callOf(facts.callId, seen.at);
    const side: Side = { direction: seen.direction, at: seen.at, transaction: seen.transaction };
    if (facts === undefined || call === undefined) {
      this.#newRow(seen, side, local, remote, undefined, undefined, 0);
      return;
    }
    this.#legs.join(call, facts.sessionIds);
    const hop = hopOf(seen);
    const [inside, outside] = hashesOf(seen, hop);
    const hash = seen.endpoint === '' ? outside : inside;
    const copies = call.copies.get(hash);
    const other =
      copies?.rows.findLast((row) => isOtherEnd(row, seen)) ??
      call.copies
        .get(seen.endpoint === '' ? inside : outside)
        ?.rows.findLast((row) => isSameSight(row, seen, hop));
    const transaction = call.transactionOf(facts, seen.endpoint, seen.transaction);
    if (other !== undefined) {
      // The same bytes at the other end of the hop: what we took for an address is the observed endpoint.
      const far = seen.direction === 'in' ? other.to : other.from;
      if (!far.observed && seen.endpoint !== '') far.become(local);
      if (other.sides.has('') !== (seen.endpoint === '')) call.know(other, hash);
      other.see(seen.endpoint, side);
      this.#messageRow = other;
      this.#touch(other);
      this.#steps.settle(other, seen.endpoint, side);
      return;
    }
    if (copies === undefined) {
      this.#original(seen, side, local, remote, call, facts, transaction, hash);
    } else {
      copies.resends += 1;
      call.resent += 1;
      const row = this.#newRow(seen, side, local, remote, call, facts, copies.resends);
      row.labels = copies.rows[0]?.labels ?? [transaction];
      row.sdp = copies.rows[0]?.sdp;
      call.keep(row, hash);
      this.#steps.settle(row, seen.endpoint, side);
    }
  }

  #original(
    seen: MessageObserved,
    side: Side,
    local: PartyRecord,
    remote: PartyRecord,
    call: CallRecord,
    facts: MessageFacts,
    transaction: TransactionItem,
    hash: number,
  ): void {
    const row = this.#newRow(seen, side, local, remote, call, facts, 0);
    nameParties(row, facts);
    beginOutcome(call, row, transaction);
    const { dialog, session, changes } = place(call, facts, transaction);
    row.labels = [transaction, dialog, session].filter((label) => label !== undefined);
    for (const change of changes) row.change(change);
    const media = followMedia({ call, row, transaction, dialog });
    row.sdp = media.sdp;
    if (media.before.length > 0) {
      const rows = this.#rows;
      this.#rows = rows.filter((kept) => kept !== row);
      this.#tell(call, media.before);
      this.#rows.push(row);
    }
    this.#tell(call, media.after);
    followOutcome(call, row, transaction);
    call.keep(row, hash);
    this.#steps.settle(row, seen.endpoint, side);
  }

  #newRow(
    seen: MessageObserved,
    side: Side,
    local: PartyRecord,
    remote: PartyRecord,
    call: CallRecord | undefined,
    facts: MessageFacts | undefined,
    resend: number,
  ): MessageRowRecord {
    const outward = seen.direction === 'out';
    const delta = call === undefined ? 0 : seen.at - call.lastAt;
    if (call !== undefined) {
      call.messages += 1;
      call.lastAt = seen.at;
    }
    this.#lastRow += 1;
    const row = new MessageRowRecord({
      id: this.#lastRow,
      call,
      number: call?.messages ?? 0,
      at: seen.at,
      delta,
      from: outward ? local : remote,
      to: outward ? remote : local,
      protocol: seen.protocol,
      facts,
      firstLine: firstLineOf(seen.text),
      resend,
      hop: hopOf(seen),
    });
    row.see(seen.endpoint, side);
    this.#rows.push(row);
    this.#messageRow = row;
    return row;
  }

  #tell(call: CallRecord, told: readonly MediaTold[]): void {
    for (const media of told) {
      this.#lastRow += 1;
      this.#rows.push(new MediaRowRecord(this.#lastRow, call, call.lastAt, media));
    }
  }

  #transaction(step: TransactionStepped): void {
    const call = this.#callOf(keyOf(step.callId), step.at);
    const item = call.transactionOfStep(step);
    const role = step.figure.endsWith('client') ? 'client' : 'server';
    followTimers(call, step, item);
    this.#steps.place({
      step,
      call,
      change: this.#change(call, step, item, `${clip(step.method, 32)} ${role}`),
      carries: (row, side) =>
        side.transaction === undefined ? row.hasLabel(item) : side.transaction === step.id,
      role: step.before === undefined ? role : undefined,
      once: true,
    });
  }

  #dialog(step: DialogStepped): void {
    const call = this.#callOf(keyOf(step.callId), step.at);
    const item = call.dialogOfStep(step);
    const change = this.#change(call, step, item, 'dialog', item.ends);
    this.#steps.place({
      step,
      call,
      change,
      carries: (row) => row.hasLabel(item),
      role: undefined,
      once: false,
      ends: () => item.ends,
    });
  }

  #session(step: SessionStepped): void {
    const call = this.#callOf(keyOf(step.callId), step.at);
    const item = this.#sessionItem(call, step);
    const machine = step.part === undefined ? step : { ...step, id: `${step.id} ${step.part}` };
    const change = this.#change(call, machine, item, step.part ?? 'session');
    this.#steps.place({
      step,
      call,
      change,
      carries: (row, side) => row.hasLabel(item) || (isOfInvite(row) && isNamed(step, row, side)),
      role: undefined,
      once: false,
    });
  }

  /** The session of a record: by its id, by its dialog, else the one whose offer has no dialog yet. */
  #sessionItem(call: CallRecord, step: SessionStepped): SessionItem {
    const dialog = call.dialogById(step.endpoint, step.dialog);
    const known = call.sessionById(step.endpoint, step.id);
    const item = dialog?.session ?? known ?? call.onlyOpenSession() ?? call.openSession();
    if (dialog !== undefined && dialog.session === undefined) dialog.session = item;
    call.nameSession(step.endpoint, step.id, item);
    this.#sessionCalls.set(`${step.endpoint} ${step.id}`, call);
    return item;
  }

  #offerAnswer(step: OfferAnswerStepped): void {
    const call = this.#sessionCalls.get(`${step.endpoint} ${step.session}`);
    const item = call?.sessionById(step.endpoint, step.session);
    const change = this.#change(call, step, item, 'offer/answer');
    const carries = (row: MessageRowRecord): boolean =>
      item !== undefined && row.hasLabel(item) && row.sdp !== undefined;
    this.#steps.place({ step, call, change, carries, role: undefined, once: false });
  }

  #subscription(step: SubscriptionStepped): void {
    const call = this.#callOf(keyOf(step.callId), step.at);
    const item = call.dialogById(step.endpoint, step.dialog);
    const subject = `${step.role} ${clip(step.package, 40)}`;
    const carries = (row: MessageRowRecord): boolean =>
      isOfSubscription(row) && (item === undefined || row.hasLabel(item));
    const change = this.#change(call, step, item, subject);
    this.#steps.place({ step, call, change, carries, role: undefined, once: false });
  }

  #registration(step: RegistrationStepped): void {
    const party = this.#parties.endpoint(step.endpoint);
    const call = [...this.#calls.values()].findLast(({ method, recent }) => {
      const last = recent.at(-1);
      return method === 'REGISTER' && (last?.from === party || last?.to === party);
    });
    const near =
      call !== undefined && Math.abs(call.lastAt - step.at) <= sameMoment ? call : undefined;
    const change = this.#change(near, step, undefined, `registration ${clip(step.aor, 80)}`);
    this.#steps.place({
      step,
      call: near,
      change,
      carries: () => true,
      role: undefined,
      once: false,
    });
  }

  #media(report: Extract<Observation, { kind: 'media' }>): void {
    const call = this.#sessionCalls.get(`${report.endpoint} ${report.session}`);
    const label = call?.sessionById(report.endpoint, report.session);
    call?.report(report);
    this.#push({
      kind: 'note',
      id: this.#nextId(),
      revision: 1,
      call,
      at: report.at,
      topic: 'media',
      party: this.#parties.endpoint(report.endpoint),
      text: mediaText(report),
      label,
      report,
    });
  }

  #note(seen: Observation, topic: 'dropped' | 'flow', text: string): void {
    this.#push({
      kind: 'note',
      id: this.#nextId(),
      revision: 1,
      call: undefined,
      at: seen.at,
      topic,
      party: this.#parties.endpoint(seen.endpoint),
      text,
      label: undefined,
      report: undefined,
    });
  }

  #push(row: NoteRow | StepRow): void {
    this.#rows.push(row);
  }

  #nextId(): number {
    this.#lastRow += 1;
    return this.#lastRow;
  }

  #change(
    call: CallRecord | undefined,
    step: SteppedObservation,
    label: Label | undefined,
    subject: string,
    detail?: string,
  ): Change {
    const figure = figureOf(step);
    return {
      at: step.at,
      label,
      subject,
      endpoints: [step.endpoint],
      event: clip(step.event, 60),
      before: step.before,
      after: step.after,
      detail: step.before === undefined ? detail : undefined,
      timers: step.timers,
      started:
        call?.startedTimers(`${step.endpoint} ${step.kind} ${step.id}`, step.timers) ?? step.timers,
      actions: step.actions,
      machine: { key: `${step.endpoint} ${figure} ${step.id}`, figure },
      stray: step.stray === true,
      source: 'recorded',
    };
  }

  #alone({ step, call, change }: Waiting): void {
    this.#push({
      kind: 'step',
      id: this.#nextId(),
      revision: 1,
      call,
      at: step.at,
      party: this.#parties.endpoint(step.endpoint),
      change,
    });
  }
}
