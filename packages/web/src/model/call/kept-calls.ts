// Calls that outlive a reload of the page: their dialogs are kept for this tab, and taken back by INVITE with Replaces (RFC 3891).
import type { Call, DialogId } from '@offhook/sip';
import { partyOf } from '../people/live-history.ts';
import { rowOf } from '../people/rows.ts';
import type { Row } from '../people/rows.ts';
import type { Party } from '../call.ts';
import type { MemoryPort, PhoneMedia } from '../ports.ts';
import type { LiveCall } from './live-call.ts';

/** A call as it is kept: nothing in it opens a door for who is not registered as us. */
export interface KeptCall {
  readonly dialog: DialogId;
  /** Called by its address: the ways that the dialog knew ended with its page. */
  readonly party: Party;
  readonly direction: 'outgoing' | 'incoming';
  readonly since: number;
  readonly held: boolean;
  readonly muted: boolean;
}

const place = 'offhook calls';
/** After this the other side has given up, in milliseconds. */
const longest = 120_000;
const most = 8;

/** Keeps the calls of this tab. */
export class KeptCalls {
  readonly #memory: MemoryPort;
  readonly #now: () => number;

  constructor(memory: MemoryPort, now: () => number) {
    this.#memory = memory;
    this.#now = now;
  }

  /** Writes down the calls that stand. */
  keep(calls: readonly LiveCall[]): void {
    if (calls.some(stands)) this.#memory.set(place, this.of(calls));
    else this.forget();
  }

  /** The calls that stand, in writing. */
  of(calls: readonly LiveCall[]): string {
    const kept = calls.flatMap((one) =>
      one.call === undefined || !stands(one) ? [] : [keptCall(one, one.call)],
    );
    return JSON.stringify({ at: this.#now(), calls: kept });
  }

  /** What another tab wrote is ours to take back. */
  receive(text: string): void {
    this.#memory.set(place, text);
  }

  forget(): void {
    this.#memory.remove(place);
  }

  /** What the page before had, once. */
  take(): readonly KeptCall[] {
    const text = this.#memory.get(place);
    if (text === undefined) return [];
    this.forget();
    const row = rowOf(parsed(text));
    if (row === undefined || this.#now() - (row.number('at') ?? 0) > longest) return [];
    return row
      .list('calls')
      .flatMap((one) => readCall(rowOf(one)) ?? [])
      .slice(0, most);
  }
}

function stands({ state }: LiveCall): boolean {
  return state === 'Up' || state === 'Mending';
}

function keptCall(one: LiveCall, { dialog }: Call<PhoneMedia>): KeptCall {
  const phase = one.phase.peek();
  const { callId, localTag, remoteTag } = dialog;
  return {
    dialog: { callId, localTag, remoteTag },
    party: one.with.peek(),
    direction: one.direction,
    since: phase.is === 'up' || phase.is === 'mending' ? phase.since : one.startedAt,
    held: one.hold.peek() === 'held',
    muted: one.muted.peek(),
  };
}

function readCall(row: Row | undefined): KeptCall | undefined {
  const party = partyOf(row?.row('party'));
  const dialog = readDialog(row?.row('dialog'));
  const since = row?.number('since');
  if (row === undefined || party === undefined) return undefined;
  if (dialog === undefined || since === undefined) return undefined;
  return {
    ...{ dialog, party, since },
    direction: row.oneOf('direction', ['outgoing', 'incoming']) ?? 'outgoing',
    held: row.flag('held'),
    muted: row.flag('muted'),
  };
}

function readDialog(row: Row | undefined): DialogId | undefined {
  const callId = row?.text('callId');
  const localTag = row?.text('localTag');
  const remoteTag = row?.text('remoteTag');
  if (callId === undefined || localTag === undefined || remoteTag === undefined) return undefined;
  return { callId, localTag, remoteTag };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
