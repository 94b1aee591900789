// A document as observations again: what its messages and recorded steps were, for the one printer of ladders and for tap lines.
import type { Observation, Observed, SubscriptionStepped } from '../../base/tap.ts';
import { addressText } from '../correlate/parties.ts';
import type {
  CallDocument,
  ChangeDocument,
  MessageDocument,
  PartyDocument,
} from '../document/document.ts';

/** Observations in the order of time, and the frames of those that are messages. */
export interface Retold {
  readonly observations: readonly Observation[];
  readonly frames: ReadonlyMap<Observation, number>;
}

/** What is written of a document can be read again: a ladder of these is the ladder of the call. */
export function observationsOf(document: CallDocument): Retold {
  const teller = new Teller(document);
  for (const message of document.messages) teller.message(message);
  for (const { at, party, change } of document.steps) teller.step(at, party, change);
  const observations = teller.observations.toSorted((one, other) => one.at - other.at);
  return { observations, frames: teller.frames };
}

class Teller {
  readonly observations: Observation[] = [];
  readonly frames = new Map<Observation, number>();
  readonly #document: CallDocument;
  readonly #parties: ReadonlyMap<number, PartyDocument>;

  constructor(document: CallDocument) {
    this.#document = document;
    this.#parties = new Map(document.parties.map((party) => [party.id, party]));
  }

  message(message: MessageDocument): void {
    const { from, to, at, sentAt, receivedAt, source, destination, protocol, text } = message;
    const flow = `${protocol} ${addressText(source)} ${addressText(destination)}`;
    const shared = { v: 1, kind: 'message', protocol, flow, text } as const;
    const [sender, receiver] = [this.#endpoint(from), this.#endpoint(to)];
    const sentHere = { direction: 'out', local: source, remote: destination } as const;
    const sides: Observation[] = [];
    if (sender !== undefined && (sentAt !== undefined || receiver === undefined)) {
      const transaction = this.#machine(message, from);
      sides.push({ ...shared, ...sentHere, endpoint: sender, at: sentAt ?? at, transaction });
    }
    if (receiver !== undefined && !message.lost) {
      sides.push({
        ...shared,
        endpoint: receiver,
        direction: 'in',
        at: receivedAt ?? at,
        local: destination,
        remote: source,
        transaction: this.#machine(message, to),
      });
    }
    if (sides.length === 0) sides.push({ ...shared, ...sentHere, endpoint: '', at });
    for (const side of sides) {
      this.observations.push(side);
      this.frames.set(side, message.frame);
    }
    for (const change of message.changes) {
      const own = change.party === from ? sentAt : receivedAt;
      if (change.party !== undefined) this.step(own ?? at, change.party, change);
    }
  }

  step(at: number, party: number, change: ChangeDocument): void {
    const endpoint = this.#endpoint(party);
    if (endpoint === undefined || change.source !== 'recorded') return;
    const { event, before, after, actions, timers, stray } = change;
    const observed: Observed = { v: 1, at, endpoint };
    const taken = { event, before, after, actions, timers, stray: stray ? true : undefined };
    const told = this.#told(change, party);
    if (told !== undefined) this.observations.push({ ...observed, ...taken, ...told });
  }

  // What the record of each kind of machine says besides the step.
  #told(change: ChangeDocument, party: number) {
    const { figure, label, subject } = change;
    const number = label?.number ?? 0;
    const id = `${label?.lane ?? ''}${number}`;
    switch (figure) {
      case 'invite-client':
      case 'invite-server':
      case 'non-invite-client':
      case 'non-invite-server': {
        const transaction = this.#document.transactions.find((one) => one.number === number);
        if (transaction === undefined) return undefined;
        const { method, branch, leg } = transaction;
        const callId = this.#callId(leg);
        return {
          kind: 'transaction',
          id: `${figure} ${id}`,
          figure,
          method,
          branch,
          callId,
        } as const;
      }
      case 'dialog': {
        const dialog = this.#document.dialogs.find((one) => one.number === number);
        if (dialog === undefined) return undefined;
        const [first, second] = dialog.ends;
        const [local, remote] = second.party === party ? [second, first] : [first, second];
        const { callId } = dialog;
        const tags = { localTag: local.tag, remoteTag: remote.tag };
        return { kind: 'dialog', id, callId, ...tags } as const;
      }
      case 'outgoing':
      case 'incoming':
      case 'session':
      case 'provisional':
      case 'session-timer': {
        const session = this.#document.sessions.find((one) => one.number === number);
        const dialog = session?.dialog === undefined ? undefined : `D${session.dialog}`;
        const part =
          figure === 'provisional' ? '1xx' : figure === 'session-timer' ? 'timer' : undefined;
        return { kind: 'session', id, part, callId: this.#callId(session?.leg), dialog } as const;
      }
      case 'offer-answer':
        return { kind: 'offer-answer', id: `${id} offers`, session: id, streams: [] } as const;
      case 'subscriber':
      case 'notifier':
      case 'publication': {
        const role: SubscriptionStepped['role'] = figure === 'publication' ? 'publisher' : figure;
        const dialog = this.#document.dialogs.find((one) => one.number === number);
        const callId = dialog?.callId ?? this.#callId(undefined);
        const event = subject.slice(subject.indexOf(' ') + 1);
        return {
          kind: 'subscription',
          id: `${role} ${id}`,
          role,
          package: event,
          callId,
          dialog: dialog === undefined ? undefined : id,
        } as const;
      }
      case 'registration':
        return {
          kind: 'registration',
          id: subject,
          aor: subject.slice(subject.indexOf(' ') + 1),
        } as const;
      case undefined:
        return undefined;
    }
  }

  #machine({ labels, status, from }: MessageDocument, party: number): string | undefined {
    const label = labels.find(({ lane }) => lane === 'T');
    const transaction = this.#document.transactions.find(({ number }) => number === label?.number);
    const role = (status === undefined) === (party === from) ? 'client' : 'server';
    const machine = transaction?.machines.find(
      ({ figure, source, ...own }) =>
        source === 'recorded' && own.party === party && figure.endsWith(role),
    );
    return machine === undefined ? undefined : `${machine.figure} T${transaction?.number ?? 0}`;
  }

  #endpoint(party: number): string | undefined {
    const known = this.#parties.get(party);
    return known?.observed === true ? (known.name ?? `party ${party}`) : undefined;
  }

  #callId(leg: number | undefined): string {
    const { legs, id } = this.#document;
    return legs.find(({ number }) => number === leg)?.callId ?? id;
  }
}
