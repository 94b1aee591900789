// Writes observations by hand, as endpoints would record them; the sample calls and the tests are made with it.
import type { Observation, ObservedAddress, TransactionKind } from '../../base/tap.ts';
import { createRequest } from '../../message/create.ts';
import type { Message, Request } from '../../message/message.ts';
import { createResponse } from '../../message/respond.ts';

/** A party of a sample; one that is not observed has no endpoint, just an address. */
export interface SampleParty {
  readonly name: string;
  readonly address: ObservedAddress;
  readonly observed: boolean;
}

/** How one message travels. */
export interface Hop {
  /** Milliseconds since the sample began. */
  readonly at: number;
  readonly from: SampleParty;
  readonly to: SampleParty;
  /** Ids of the transactions at its two ends. */
  readonly client?: Machine;
  readonly server?: Machine;
  readonly lost?: boolean;
  readonly repeat?: boolean;
  /** Milliseconds on the way; 0.4 unless said. */
  readonly delay?: number;
  /** Steps that it causes at the end of its sender, and of its receiver. */
  readonly sender?: readonly Taken[];
  readonly receiver?: readonly Taken[];
}

/** A state machine of a sample. */
export interface Machine {
  readonly kind: 'transaction' | 'dialog' | 'session' | 'registration';
  readonly id: string;
  readonly party: SampleParty;
  readonly figure?: TransactionKind;
  readonly request?: Request;
  readonly callId?: string;
  readonly tags?: readonly [local: string, remote: string];
  readonly dialog?: string;
  readonly aor?: string;
}

/** One step of a machine: event, states, and timers by their lengths in milliseconds from now. */
export interface Taken {
  readonly machine: Machine;
  readonly event: string;
  readonly before?: string;
  readonly after: string;
  readonly timers?: { readonly [name: string]: number };
  readonly stray?: boolean;
}

/** Parts of a sample request. */
export interface SampleRequest {
  readonly method: string;
  readonly uri: string;
  readonly via: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly sdp?: string;
}

/** 2026-01-01 in milliseconds since 1970. */
const epoch = 1_767_225_600_000;

/** Collects the observations of a sample in the order in which they are written. */
export class CallWriter {
  readonly observations: Observation[] = [];

  /** A message on one hop, and what it causes at both ends. */
  hop(message: Message, hop: Hop): void {
    const text = message.toText();
    const arrives = hop.at + (hop.delay ?? 0.4);
    const flow = `udp ${hop.from.name} ${hop.to.name}`;
    const shared = {
      v: 1,
      kind: 'message',
      protocol: 'UDP',
      flow,
      text,
      repeat: hop.repeat === true ? true : undefined,
    } as const;
    const [near, far] =
      message.kind === 'request' ? [hop.client, hop.server] : [hop.server, hop.client];
    if (hop.from.observed) {
      this.observations.push({
        ...shared,
        at: epoch + hop.at,
        endpoint: hop.from.name,
        direction: 'out',
        local: hop.from.address,
        remote: hop.to.address,
        transaction: near?.id,
      });
      for (const taken of hop.sender ?? []) this.step(hop.at, taken);
    }
    if (!hop.to.observed || hop.lost === true) return;
    this.observations.push({
      ...shared,
      at: epoch + arrives,
      endpoint: hop.to.name,
      direction: 'in',
      local: hop.to.address,
      remote: hop.from.address,
      transaction: far?.id,
    });
    for (const taken of hop.receiver ?? []) this.step(arrives, taken);
  }

  /** One step of a machine at a time. */
  step(at: number, taken: Taken): void {
    const { machine } = taken;
    const shared = {
      v: 1,
      at: epoch + at,
      endpoint: machine.party.name,
      id: machine.id,
      event: taken.event,
      before: taken.before,
      after: taken.after,
      actions: [],
      timers: Object.entries(taken.timers ?? {}).map(([name, length]) => ({
        name,
        due: epoch + at + length,
      })),
      stray: taken.stray,
    } as const;
    const [localTag, remoteTag] = machine.tags ?? ['', ''];
    const callId = machine.request?.callId ?? machine.callId ?? '';
    switch (machine.kind) {
      case 'transaction':
        this.observations.push({
          ...shared,
          kind: 'transaction',
          figure: machine.figure ?? 'non-invite-client',
          method: machine.request?.method ?? '',
          branch: machine.request?.topVia.branch ?? '',
          callId,
        });
        break;
      case 'dialog':
        this.observations.push({ ...shared, kind: 'dialog', callId, localTag, remoteTag });
        break;
      case 'session':
        this.observations.push({ ...shared, kind: 'session', callId, dialog: machine.dialog });
        break;
      case 'registration':
        this.observations.push({ ...shared, kind: 'registration', aor: machine.aor ?? '' });
        break;
    }
  }
}

/** A party with an address such as `127.0.0.1:5070`. */
export function party(name: string, address: string, observed = true): SampleParty {
  const colon = address.lastIndexOf(':');
  return {
    name,
    address: { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) },
    observed,
  };
}

/** A request with the headers that each must have. */
export function request(parts: SampleRequest): Request {
  const { method, uri, via, from, to, callId, cseq, headers = [], sdp } = parts;
  return createRequest({
    method,
    uri,
    headers: [
      ...via.map((value) => ['Via', value] as const),
      ['Max-Forwards', '70'],
      ['From', from],
      ['To', to],
      ['Call-ID', callId],
      ['CSeq', `${cseq} ${method}`],
      ...headers,
      ...(sdp === undefined ? [] : ([['Content-Type', 'application/sdp']] as const)),
    ],
    body: sdp,
  });
}

/** A response with an SDP body when there is one. */
export function response(to: Request, status: number, toTag?: string, sdp?: string): Message {
  return createResponse(to, status, {
    toTag,
    headers: sdp === undefined ? [] : [['Content-Type', 'application/sdp']],
    body: sdp,
  });
}

/** An audio description. */
export function audioSdp(
  host: string,
  port: number,
  direction: string,
  version = 1,
  codecs = '0 8',
): string {
  return [
    'v=0',
    `o=- ${port} ${version} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${codecs} 101`,
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}
