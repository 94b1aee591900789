// Who plays in the sample calls, and how their machines are named.
import type { Request } from '../../message/message.ts';
import { party } from './call-writer.ts';
import type { Machine, SampleParty, Taken } from './call-writer.ts';

/** Who takes part; `phone` is not observed. */
export const alice: SampleParty = party('alice', '127.0.0.1:5070');
/** A proxy or registrar. */
export const server: SampleParty = party('server', '127.0.0.1:5060');
/** The callee. */
export const bob: SampleParty = party('bob', '127.0.0.1:5080');
/** An address without an observed endpoint. */
export const phone: SampleParty = party('phone', '192.0.2.14:5060', false);

/** Addresses of record. */
export const aliceUri = 'sip:alice@example.com';
/** That of bob. */
export const bobUri = 'sip:bob@example.com';
/** 64*T1 in milliseconds. */
export const linger = 32_000;

/** A transaction at its client's side. */
export function client(id: string, at: SampleParty, of: Request): Machine {
  return {
    kind: 'transaction',
    id,
    party: at,
    figure: of.method === 'INVITE' ? 'invite-client' : 'non-invite-client',
    request: of,
  };
}

/** The same at its server's side. */
export function serverOf(id: string, at: SampleParty, of: Request): Machine {
  return {
    kind: 'transaction',
    id,
    party: at,
    figure: of.method === 'INVITE' ? 'invite-server' : 'non-invite-server',
    request: of,
  };
}

/** A step by its path, `Calling > Proceeding`, or a birth by its first state. */
export function step(
  machine: Machine,
  event: string,
  path: string,
  timers: { readonly [name: string]: number } = {},
): Taken {
  const [first = '', second] = path.split(' > ');
  return second === undefined
    ? { machine, event, after: first, timers }
    : { machine, event, before: first, after: second, timers };
}

/** A Via value. */
export function via(at: SampleParty, branch: string): string {
  return `SIP/2.0/UDP ${at.address.host}:${at.address.port};branch=z9hG4bK${branch};rport`;
}

/** A dialog as one of its ends has it. */
export function dialogOf(at: SampleParty, callId: string, local: string, remote: string): Machine {
  return {
    kind: 'dialog',
    id: `${callId} ${local} ${remote}`,
    party: at,
    callId,
    tags: [local, remote],
  };
}

/** A session as one of its ends has it. */
export function sessionOf(id: string, at: SampleParty, callId: string, dialog?: Machine): Machine {
  return dialog === undefined
    ? { kind: 'session', id, party: at, callId }
    : { kind: 'session', id, party: at, callId, dialog: dialog.id };
}
