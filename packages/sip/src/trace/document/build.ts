// A dossier becomes a document: its observations go through the correlator once more, and what it says is laid out as plain data.
import type { FlowObserved, MediaReported, MessageDropped } from '../../base/tap.ts';
import type { Uri } from '../../message/uri.ts';
import { redactMessage } from '../capture/redact.ts';
import { Correlator } from '../correlate/correlator.ts';
import type { Call, Change, Label, Labelled, MediaRow } from '../correlate/labelled.ts';
import { fillMachines, fillUnanswered } from '../replay/fill.ts';
import { unicodeGlyphs } from '../explain/style.ts';
import { outcomeText } from '../explain/summary.ts';
import { changeDocument, machinesOf } from './changes.ts';
import { dialogsOf } from './dialogs.ts';
import type {
  BindingDocument,
  CallDocument,
  MessageDocument,
  NoteDocument,
  OutcomeDocument,
  ReportDocument,
  StepDocument,
  StreamDocument,
  TransactionDocument,
} from './document.ts';
import type { Dossier } from './dossier.ts';
import { hear, hopsOf } from './heard.ts';
import type { Heard } from './heard.ts';
import { LaneNumbers } from './lane-numbers.ts';
import { matchedBy } from './matched.ts';
import { negotiationsOf } from './negotiations.ts';
import { PartyList } from './party-list.ts';
import { sessionsOf } from './sessions.ts';

/** Everything of a document that needs no look at media packets. */
export type Signalling = Omit<CallDocument, 'streams' | 'bindings'>;

type Recorded = Omit<Signalling, 'watchedUntil'>;

/** The document of a dossier, without its streams. `until`: how long was looked, in milliseconds since 1970. */
export function buildDocument(dossier: Dossier, until: number): Signalling {
  return fillMachines({ ...recordedDocument(dossier), watchedUntil: until }, until);
}

/** What a judgement needs of that document, which is three quarters of the work: machines that nobody waits for are left out. */
export function buildSketch(dossier: Dossier, until: number): Signalling {
  return fillUnanswered({ ...recordedDocument(dossier), watchedUntil: until }, until);
}

function recordedDocument(dossier: Dossier): Recorded {
  const told = correlate(dossier);
  const lanes = new LaneNumbers();
  const parties = new PartyList();
  const messages = [...told.messages.values()];
  for (const heard of messages) {
    nameParties(heard, parties, messages);
    for (const label of heard.row.labels) lanes.of(label);
  }
  const changes = changesIn(told);
  const dialogs = dialogsOf(messages, changes, lanes, parties);
  const negotiations = negotiationsOf(messages, lanes, parties);
  const media = told.rows.filter((row): row is MediaRow => row.kind === 'media');
  const sessions = sessionsOf({ messages, media, changes, negotiations, dialogs, lanes, parties });
  const [first] = told.calls;
  const [id] = dossier.legs.keys();
  return {
    v: 1,
    id: id ?? '',
    method: first?.method ?? '',
    from: first?.from ?? '',
    to: first?.to ?? '',
    startedAt: dossier.startedAt,
    endedAt: dossier.lastAt,
    source: changes.some(({ source }) => source === 'recorded') ? 'recorded' : 'inferred',
    outcome: outcomeOf(first, parties),
    legs: [...dossier.legs].map(([callId, joint], index) => {
      const call = told.calls.find((one) => one.callId === callId);
      return {
        number: index + 1,
        callId,
        from: call?.from ?? '',
        to: call?.to ?? '',
        joinedBy: joint.joinedBy,
        certain: joint.certain,
      };
    }),
    parties: parties.documents(),
    messages: messageDocuments(messages, lanes, parties),
    steps: stepsOf(told, lanes, parties),
    transactions: transactionsOf(messages, changes, lanes, parties),
    dialogs,
    sessions,
    machines: machinesOf(undefined, changes, parties),
    negotiations,
    reports: reportsOf(told, lanes, parties),
    notes: notesOf(dossier, parties),
    missing:
      dossier.omitted === 0
        ? []
        : [`${dossier.omitted} more observations of this call were not kept.`],
  };
}

/** The document with its streams, each named in its media line, and with what is known of their ways. */
export function withMedia(
  signalling: Signalling,
  streams: readonly StreamDocument[],
  ways: readonly NoteDocument[],
  bindings: readonly BindingDocument[],
): CallDocument {
  const sessions = signalling.sessions.map((session) => ({
    ...session,
    lines: session.lines.map((line) => ({
      ...line,
      streams: streams
        .filter((stream) => stream.session === session.number && stream.line === line.index)
        .map(({ id }) => id),
    })),
  }));
  const endedAt = streams.reduce(
    (last, stream) => Math.max(last, stream.endedAt),
    signalling.endedAt,
  );
  const notes = [...signalling.notes, ...ways].toSorted((one, other) => one.at - other.at);
  return { ...signalling, endedAt, sessions, streams, notes, bindings };
}

/** What the correlator said. */
interface Told {
  readonly calls: readonly Call[];
  readonly rows: readonly Labelled[];
  /** Messages by the id of their row, in order of time. */
  readonly messages: ReadonlyMap<number, Heard>;
  /** Frames of what is no message. */
  readonly frames: ReadonlyMap<string, number>;
  readonly reports: readonly { readonly report: MediaReported; readonly row: Labelled }[];
}

function correlate(dossier: Dossier): Told {
  const correlator = new Correlator({ calls: 64 });
  const rows = new Map<number, Labelled>();
  const messages = new Map<number, Heard>();
  const frames = new Map<string, number>();
  const reports: { report: MediaReported; row: Labelled }[] = [];
  const legs = [...dossier.legs.keys()];
  const kept = dossier.kept.toSorted((one, other) => one.observation.at - other.observation.at);
  for (const { frame, observation } of kept) {
    if (observation.kind === 'flow' || observation.kind === 'dropped') continue;
    const news = correlator.add(observation);
    for (const row of news) rows.set(row.id, row);
    const row = observation.kind === 'message' ? correlator.messageRow : undefined;
    if (observation.kind === 'message' && row !== undefined) {
      if (messages.has(row.id)) continue;
      const outward = observation.direction === 'out';
      messages.set(row.id, {
        row,
        frame,
        text: redactMessage(observation.text),
        source: outward ? observation.local : observation.remote,
        destination: outward ? observation.remote : observation.local,
        number: messages.size + 1,
        leg: Math.max(0, legs.indexOf(row.call?.callId ?? '')) + 1,
        ...hear(observation.text),
      });
    } else if (observation.kind === 'media') {
      const [note] = news;
      if (note !== undefined) reports.push({ report: observation, row: note });
    } else if ('after' in observation) {
      frames.set(`${observation.at} ${observation.endpoint} ${observation.event}`, frame);
    }
  }
  for (const row of correlator.flush()) rows.set(row.id, row);
  const calls = legs.flatMap(
    (callId) => correlator.calls.find((call) => call.callId === callId) ?? [],
  );
  return { calls, rows: [...rows.values()], messages, frames, reports };
}

function changesIn({ rows }: Told): readonly Change[] {
  return rows.flatMap((row) =>
    row.kind === 'message' ? row.changes : row.kind === 'step' ? [row.change] : [],
  );
}

/** Who sent a message calls itself so in it, unless it only passed it on. */
function nameParties(heard: Heard, parties: PartyList, messages: readonly Heard[]): void {
  const { row, message, source, destination } = heard;
  parties.id(row.from, source);
  parties.id(row.to, destination);
  if (message === undefined) return;
  if (isServer(heard)) parties.serve(row.from);
  else if (row.method === 'INVITE' && isPersons(row.status))
    parties.answer(row.from, heard.leg, userIn(message.to.uri));
  else if (row.method === 'INVITE' && row.status === undefined && message.toTag === undefined)
    parties.begin(row.from, heard.leg);
  const product = (message.rows('User-Agent')[0] ?? message.rows('Server')[0])?.trim().slice(0, 80);
  if (product === undefined || product === '') return;
  if (proxies.test(product)) parties.serve(row.from);
  const passedOn =
    row.status === undefined
      ? hopsOf(message) > 1
      : messages.some(
          (other) =>
            other.row.status === undefined &&
            other.row.from.current === row.from.current &&
            other.row.cseq === row.cseq &&
            other.row.method === row.method &&
            other.row.call === row.call,
        );
  if (!passedOn) parties.call(row.from, product);
}

/** Programs that are never somebody's phone, by what they call themselves. */
const proxies = /^(?:kamailio|opensips|openser|sip express router)\b/i;

/** Who passes requests on (RFC 3261 §16.6), registers, challenges or knows nobody of this name is a server. */
function isServer({ row, message }: Heard): boolean {
  if (message === undefined) return false;
  if (row.status === undefined) return hopsOf(message) > 1;
  return row.method === 'REGISTER' || [401, 404, 407, 482, 483, 604].includes(row.status);
}

function userIn(uri: Uri): string | undefined {
  return 'user' in uri && uri.user !== '' ? uri.user : undefined;
}

/** What somebody's phone says: it rings, is answered, is busy, is not wanted. */
function isPersons(status: number | undefined): boolean {
  return (
    status !== undefined &&
    ((status >= 180 && status < 300) || status === 486 || status === 600 || status === 603)
  );
}

function messageDocuments(
  messages: readonly Heard[],
  lanes: LaneNumbers,
  parties: PartyList,
): readonly MessageDocument[] {
  const originals = new Map<string, number>();
  let last = messages[0]?.row.at ?? 0;
  return messages.map((heard) => {
    const { row, frame, source, destination, number, leg, text } = heard;
    const delta = row.at - last;
    last = row.at;
    const original = originalOf(heard, originals);
    return {
      number,
      frame,
      at: row.at,
      delta,
      leg,
      from: parties.id(row.from),
      to: parties.id(row.to),
      source,
      destination,
      protocol: row.protocol,
      method: row.method,
      status: row.status,
      title: row.title,
      firstLine: row.firstLine,
      cseq: row.cseq,
      text,
      labels: row.labels.map((label) => lanes.label(label)),
      resend: row.resend,
      resendOf: row.resend > 0 ? original : undefined,
      sentAt: row.sentAt,
      receivedAt: row.receivedAt,
      lost: row.sentAt !== undefined && row.receivedAt === undefined && row.to.current.observed,
      sdp: row.sdp?.role,
      matched: matchedBy(heard, row.resend > 0 ? original : undefined, lanes),
      changes: row.changes.map((change) => changeDocument(change, lanes, parties)),
    };
  });
}

/** The number of the message that this one repeats: the first with its text on its hop. */
function originalOf({ row, number }: Heard, originals: Map<string, number>): number | undefined {
  const transaction = row.labels.find(({ lane }) => lane === 'T');
  const key = `${row.from.current.id} ${row.to.current.id} ${row.firstLine} ${row.cseq ?? ''} ${transaction?.number ?? ''}`;
  const original = originals.get(key);
  if (original === undefined || row.resend === 0) originals.set(key, number);
  return original;
}

function stepsOf(
  { rows, frames }: Told,
  lanes: LaneNumbers,
  parties: PartyList,
): readonly StepDocument[] {
  const steps: StepDocument[] = [];
  for (const row of rows) {
    if (row.kind !== 'step') continue;
    const { change } = row;
    const [endpoint] = change.endpoints;
    steps.push({
      frame: frames.get(`${change.at} ${endpoint ?? ''} ${change.event}`) ?? 0,
      at: row.at,
      party: parties.id(row.party),
      leg: undefined,
      change: changeDocument(change, lanes, parties),
    });
  }
  return steps;
}

function transactionsOf(
  messages: readonly Heard[],
  changes: readonly Change[],
  lanes: LaneNumbers,
  parties: PartyList,
): readonly TransactionDocument[] {
  return lanes.items('T').flatMap((item) => {
    const own = messages.filter(({ row }) => row.labels.includes(item));
    const [first] = own;
    if (first === undefined) return [];
    const asks = first.row.status === undefined;
    const final = own.find(({ row }) => row.status !== undefined && row.status >= 200);
    return {
      number: lanes.of(item),
      leg: first.leg,
      method: methodOf(item, first),
      branch: first.message?.topVia.branch ?? '',
      source: item.source,
      client: parties.id(asks ? first.row.from : first.row.to),
      server: parties.id(asks ? first.row.to : first.row.from),
      machines: machinesOf(item, changes, parties).toSorted(clientFirst),
      messages: own.map(({ number }) => number),
      status: final?.row.status,
    };
  });
}

function methodOf(item: Label, { row }: Heard): string {
  return 'method' in item && typeof item.method === 'string' ? item.method : row.method;
}

function clientFirst(one: { readonly figure: string }, other: { readonly figure: string }): number {
  return Number(other.figure.endsWith('client')) - Number(one.figure.endsWith('client'));
}

function reportsOf(
  { reports }: Told,
  lanes: LaneNumbers,
  parties: PartyList,
): readonly ReportDocument[] {
  return reports.flatMap(({ report, row }) => {
    if (row.kind !== 'note') return [];
    return {
      at: report.at,
      party: parties.id(row.party),
      session: row.label === undefined ? undefined : lanes.of(row.label),
      line: report.line,
      codec: report.codec,
      sentPackets: report.sentPackets,
      receivedPackets: report.receivedPackets,
      lostPackets: report.lostPackets,
      jitter: report.jitterMilliseconds,
      roundTrip: report.roundTripMilliseconds,
      concealed: report.concealedShare,
      level: report.level,
      final: report.interim !== true,
    };
  });
}

function notesOf(dossier: Dossier, parties: PartyList): readonly NoteDocument[] {
  const notes: NoteDocument[] = [];
  for (const { frame, observation } of dossier.kept) {
    if (observation.kind === 'flow') notes.push(flowNote(frame, observation, parties));
    if (observation.kind === 'dropped') notes.push(droppedNote(frame, observation, parties));
  }
  for (const { frame, at, event, text, source, destination } of dossier.problems) {
    notes.push({
      frame,
      at,
      party: source === undefined ? undefined : parties.at(source),
      leg: undefined,
      session: undefined,
      topic: 'network',
      event,
      text,
      source,
      destination,
    });
  }
  return notes.toSorted((one, other) => one.at - other.at);
}

function flowNote(frame: number, seen: FlowObserved, parties: PartyList): NoteDocument {
  const { at, event, protocol, local, remote, reason, endpoint } = seen;
  return {
    frame,
    at,
    party: endpoint === '' ? parties.at(local) : parties.named(endpoint),
    leg: undefined,
    session: undefined,
    topic: 'flow',
    event,
    text: `${protocol} ${event}${reason === undefined ? '' : `: ${reason.slice(0, 200)}`}`,
    source: local,
    destination: remote,
  };
}

function droppedNote(frame: number, seen: MessageDropped, parties: PartyList): NoteDocument {
  return {
    frame,
    at: seen.at,
    party: parties.named(seen.endpoint),
    leg: undefined,
    session: undefined,
    topic: 'dropped',
    event: 'dropped',
    text: seen.reason.slice(0, 200),
    source: seen.remote,
    destination: undefined,
  };
}

function outcomeOf(call: Call | undefined, parties: PartyList): OutcomeDocument {
  const outcome = call?.outcome;
  return {
    over: outcome?.over ?? false,
    status: outcome?.status,
    reason: outcome?.reason,
    answeredAt: outcome?.answeredAt,
    endedAt: outcome?.endedAt,
    endedBy: outcome?.endedBy === undefined ? undefined : parties.id(outcome.endedBy),
    cancelledBy: outcome?.cancelledBy === undefined ? undefined : parties.id(outcome.cancelledBy),
    timedOut: outcome?.timedOut ?? false,
    undelivered: outcome?.undelivered ?? false,
    tries: outcome?.tries ?? 0,
    text: call === undefined ? '' : outcomeText(call, unicodeGlyphs),
  };
}
