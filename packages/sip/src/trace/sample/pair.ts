// A call between alice and bob, whole enough to vary: ring, answer, refuse, hang up.
import type { Request } from '../../message/message.ts';
import { audioSdp, CallWriter, request, response } from './call-writer.ts';
import type { Machine } from './call-writer.ts';
import {
  alice,
  aliceUri,
  bob,
  bobUri,
  client,
  dialogOf,
  linger,
  serverOf,
  sessionOf,
  step,
  via,
} from './cast.ts';

/** What a call between alice and bob is made of. */
export class Pair {
  readonly writer: CallWriter = new CallWriter();
  readonly callId: string;
  readonly invite: Request;
  readonly near: Machine;
  readonly far: Machine;
  readonly aliceDialog: Machine;
  readonly bobDialog: Machine;
  readonly aliceSession: Machine;
  readonly bobSession: Machine;

  constructor(callId: string) {
    this.callId = callId;
    this.invite = this.#request('INVITE', 'i1', 1, {
      sdp: audioSdp('127.0.0.1', 40_000, 'sendrecv'),
    });
    this.near = client('c1', alice, this.invite);
    this.far = serverOf('s1', bob, this.invite);
    this.aliceDialog = dialogOf(alice, callId, 'a1', 'b2');
    this.bobDialog = dialogOf(bob, callId, 'b2', 'a1');
    this.aliceSession = sessionOf('m1', alice, callId, this.aliceDialog);
    this.bobSession = sessionOf('m9', bob, callId, this.bobDialog);
  }

  #request(
    method: string,
    branch: string,
    cseq: number,
    more: { readonly sdp?: string; readonly toTag?: string },
  ): Request {
    return request({
      method,
      uri: more.toTag === undefined ? bobUri : 'sip:bob@127.0.0.1:5080',
      via: [via(alice, branch)],
      from: `"Alice" <${aliceUri}>;tag=a1`,
      to: `<${bobUri}>${more.toTag === undefined ? '' : `;tag=${more.toTag}`}`,
      callId: this.callId,
      cseq,
      ...(more.sdp === undefined ? {} : { sdp: more.sdp }),
    });
  }

  /** A request inside the dialog, from alice. */
  inside(method: string, branch: string, cseq: number, sdp?: string): Request {
    return this.#request(
      method,
      branch,
      cseq,
      sdp === undefined ? { toTag: 'b2' } : { toTag: 'b2', sdp },
    );
  }

  ring(at = 0): void {
    const { writer, invite, near, far } = this;
    writer.hop(invite, {
      at,
      from: alice,
      to: bob,
      client: near,
      server: far,
      sender: [step(near, 'INVITE from TU', 'Calling', { A: 500, B: linger })],
      receiver: [step(far, 'INVITE', 'Proceeding')],
    });
    writer.hop(response(invite, 100), {
      at: at + 1,
      from: bob,
      to: alice,
      client: near,
      server: far,
      sender: [step(far, '100 from TU', 'Proceeding > Proceeding')],
      receiver: [step(near, '1xx', 'Calling > Proceeding')],
    });
    writer.step(at + 120, step(this.bobDialog, '1xx-tag', 'Early'));
    writer.hop(response(invite, 180, 'b2'), {
      at: at + 120,
      from: bob,
      to: alice,
      client: near,
      server: far,
      sender: [step(far, '101-199 from TU', 'Proceeding > Proceeding')],
      receiver: [
        step(near, '1xx', 'Proceeding > Proceeding'),
        step(this.aliceDialog, '1xx-tag', 'Early'),
      ],
    });
  }

  answer(at: number): void {
    const { writer, invite, near, far } = this;
    writer.step(at, step(this.bobDialog, '2xx', 'Early > Confirmed'));
    writer.hop(response(invite, 200, 'b2', audioSdp('127.0.0.1', 42_000, 'sendrecv', 1, '0')), {
      at,
      from: bob,
      to: alice,
      client: near,
      server: far,
      sender: [step(far, '2xx from TU', 'Proceeding > Accepted', { L: linger })],
      receiver: [
        step(near, '2xx', 'Proceeding > Accepted', { M: linger }),
        step(this.aliceDialog, '2xx', 'Early > Confirmed'),
      ],
    });
    writer.hop(this.inside('ACK', 'k1', 1), {
      at: at + 1,
      from: alice,
      to: bob,
      sender: [step(this.aliceSession, 'answer applied', 'Offered > Active')],
      receiver: [step(this.bobSession, 'ACK', 'Answered > Active')],
    });
  }

  hangUp(at: number, cseq = 2): void {
    const bye = this.inside('BYE', 'y1', cseq);
    const [near, far] = [client('c9', alice, bye), serverOf('s9', bob, bye)];
    this.writer.step(at, step(this.aliceDialog, 'local-bye', 'Confirmed > Terminated'));
    this.writer.hop(bye, {
      at,
      from: alice,
      to: bob,
      client: near,
      server: far,
      sender: [step(near, 'request from TU', 'Trying', { E: 500, F: linger })],
      receiver: [
        step(far, 'request', 'Trying'),
        step(this.bobDialog, 'remote-bye', 'Confirmed > Terminated'),
      ],
    });
    this.writer.hop(response(bye, 200), {
      at: at + 1,
      from: bob,
      to: alice,
      client: near,
      server: far,
      sender: [step(far, '200-699 from TU', 'Trying > Completed', { J: linger })],
      receiver: [step(near, '200-699', 'Trying > Completed', { K: 5000 })],
    });
  }
}

/** Bob refuses, and alice acknowledges on the same transaction (RFC 3261 §17.1.1.3). */
export function refuse(pair: Pair, at: number, status: number): void {
  const { writer, invite, near, far } = pair;
  writer.step(
    at,
    step(pair.bobDialog, status === 487 ? 'cancelled' : 'rejected', 'Early > Terminated'),
  );
  writer.hop(response(invite, status, 'b2'), {
    at,
    from: bob,
    to: alice,
    client: near,
    server: far,
    sender: [step(far, '300-699 from TU', 'Proceeding > Completed', { G: 500, H: linger })],
  });
  const ack = request({
    method: 'ACK',
    uri: bobUri,
    via: [via(alice, 'i1')],
    from: `"Alice" <${aliceUri}>;tag=a1`,
    to: `<${bobUri}>;tag=b2`,
    callId: pair.callId,
    cseq: 1,
  });
  // The client's step ends after its action: the ACK is on its way before the step is recorded.
  writer.hop(ack, {
    at: at + 0.5,
    from: alice,
    to: bob,
    client: near,
    server: far,
    sender: [
      step(near, '300-699', 'Proceeding > Completed', { D: linger }),
      step(pair.aliceDialog, 'rejected', 'Early > Terminated'),
    ],
    receiver: [step(far, 'ACK', 'Completed > Confirmed', { I: 5000 })],
  });
}
