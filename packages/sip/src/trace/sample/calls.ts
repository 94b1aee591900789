// Sample calls, written by hand as the endpoints of one process would record them: what the ladder must tell well.
import type { Observation } from '../../base/tap.ts';
import { audioSdp, CallWriter, party, request, response } from './call-writer.ts';
import type { Machine } from './call-writer.ts';
import {
  alice,
  aliceUri,
  bob,
  bobUri,
  client,
  dialogOf,
  linger,
  phone,
  server,
  serverOf,
  step,
  via,
} from './cast.ts';
import { Pair, refuse } from './pair.ts';
export { proxiedCall } from './proxied-call.ts';

/** REGISTER, challenged, then with credentials (RFC 3665 §2.1). */
export function registration(): readonly Observation[] {
  const writer = new CallWriter();
  const parts = {
    method: 'REGISTER',
    uri: 'sip:example.com',
    from: `<${aliceUri}>;tag=r1`,
    to: `<${aliceUri}>`,
    callId: 'reg-7f3a',
  };
  const first = request({ ...parts, via: [via(alice, 'r1')], cseq: 1 });
  const second = request({
    ...parts,
    via: [via(alice, 'r2')],
    cseq: 2,
    headers: [
      [
        'Authorization',
        'Digest username="alice", realm="example.com", nonce="n1", response="0123456789abcdef"',
      ],
    ],
  });
  const account: Machine = { kind: 'registration', id: 'reg1', party: alice, aor: aliceUri };
  for (const [at, of, ids] of [
    [0, first, ['c1', 's1']],
    [1.2, second, ['c2', 's2']],
  ] as const) {
    const [near, far] = [client(ids[0], alice, of), serverOf(ids[1], server, of)];
    const final = of === first ? 401 : 200;
    writer.hop(of, {
      at,
      from: alice,
      to: server,
      client: near,
      server: far,
      sender: [
        step(near, 'request from TU', 'Trying', { E: 500, F: linger }),
        ...(of === first ? [step(account, 'register', 'Unregistered > Registering')] : []),
      ],
      receiver: [step(far, 'request', 'Trying')],
    });
    writer.hop(response(of, final, 'reg-s'), {
      at: at + 0.6,
      from: server,
      to: alice,
      client: near,
      server: far,
      sender: [step(far, '200-699 from TU', 'Trying > Completed', { J: linger })],
      receiver: [
        step(near, '200-699', 'Trying > Completed', { K: 5000 }),
        ...(of === second
          ? [step(account, '2xx', 'Registering > Registered', { refresh: 3_240_000 })]
          : []),
      ],
    });
    writer.step(at + 5001, step(near, 'Timer K fires', 'Completed > Terminated'));
    writer.step(at + linger, step(far, 'Timer J fires', 'Completed > Terminated'));
  }
  return writer.observations;
}

/** INVITE, 100, 180, 200, ACK, media, BYE (RFC 3665 §3.1). */
export function basicCall(): readonly Observation[] {
  const pair = new Pair('basic-51c0');
  pair.ring();
  pair.answer(2314);
  pair.hangUp(7800);
  pair.writer.step(2315 + linger, step(pair.near, 'Timer M fires', 'Accepted > Terminated'));
  return pair.writer.observations;
}

/** Alice puts bob on hold and comes back (RFC 3264 §8.4). */
export function holdAndResume(): readonly Observation[] {
  const pair = new Pair('hold-9d21');
  pair.ring();
  pair.answer(900);
  for (const [at, cseq, offered, answered] of [
    [4000, 2, 'sendonly', 'recvonly'],
    [9500, 3, 'sendrecv', 'sendrecv'],
  ] as const) {
    const again = pair.inside(
      'INVITE',
      `h${cseq}`,
      cseq,
      audioSdp('127.0.0.1', 40_000, offered, cseq),
    );
    const [near, far] = [client(`c${cseq}`, alice, again), serverOf(`s${cseq}`, bob, again)];
    pair.writer.hop(again, {
      at,
      from: alice,
      to: bob,
      client: near,
      server: far,
      sender: [step(near, 'INVITE from TU', 'Calling', { A: 500, B: linger })],
      receiver: [step(far, 'INVITE', 'Proceeding')],
    });
    pair.writer.hop(
      response(again, 200, undefined, audioSdp('127.0.0.1', 42_000, answered, cseq, '0')),
      {
        at: at + 2,
        from: bob,
        to: alice,
        client: near,
        server: far,
        sender: [step(far, '2xx from TU', 'Proceeding > Accepted', { L: linger })],
        receiver: [step(near, '2xx', 'Calling > Accepted', { M: linger })],
      },
    );
    pair.writer.hop(pair.inside('ACK', `hk${cseq}`, cseq), { at: at + 3, from: alice, to: bob });
  }
  pair.hangUp(15_000, 4);
  return pair.writer.observations;
}

/** Alice gives up while bob rings (RFC 3665 §3.8). */
export function cancelledCall(): readonly Observation[] {
  const pair = new Pair('cancel-33e8');
  const { writer } = pair;
  pair.ring();
  const cancel = request({
    method: 'CANCEL',
    uri: bobUri,
    via: [via(alice, 'i1')],
    from: `"Alice" <${aliceUri}>;tag=a1`,
    to: `<${bobUri}>`,
    callId: pair.callId,
    cseq: 1,
  });
  const [cancelNear, cancelFar] = [client('c2', alice, cancel), serverOf('s2', bob, cancel)];
  writer.hop(cancel, {
    at: 5200,
    from: alice,
    to: bob,
    client: cancelNear,
    server: cancelFar,
    sender: [step(cancelNear, 'request from TU', 'Trying', { E: 500, F: linger })],
    receiver: [step(cancelFar, 'request', 'Trying')],
  });
  writer.hop(response(cancel, 200, 'b2'), {
    at: 5201,
    from: bob,
    to: alice,
    client: cancelNear,
    server: cancelFar,
    sender: [step(cancelFar, '200-699 from TU', 'Trying > Completed', { J: linger })],
    receiver: [step(cancelNear, '200-699', 'Trying > Completed', { K: 5000 })],
  });
  refuse(pair, 5201.5, 487);
  return writer.observations;
}

/** Bob is busy. */
export function busyCall(): readonly Observation[] {
  const pair = new Pair('busy-0aa4');
  pair.ring();
  refuse(pair, 3000, 486);
  return pair.writer.observations;
}

/** The first two INVITEs are lost, and the first 200; the call still connects. */
export function lossyCall(): readonly Observation[] {
  const pair = new Pair('lossy-6b17');
  const { writer, invite, near, far } = pair;
  const sent = (at: number, lost: boolean, a: number, repeat: boolean): void =>
    writer.hop(invite, {
      at,
      from: alice,
      to: bob,
      client: near,
      server: far,
      lost,
      repeat,
      sender: [
        repeat
          ? step(near, 'Timer A fires', 'Calling > Calling', { A: a, B: linger - at })
          : step(near, 'INVITE from TU', 'Calling', { A: a, B: linger }),
      ],
      receiver: [step(far, 'INVITE', 'Proceeding')],
    });
  sent(0, true, 500, false);
  sent(500, true, 1000, true);
  sent(1500, false, 2000, true);
  writer.hop(response(invite, 180, 'b2'), {
    at: 1510,
    from: bob,
    to: alice,
    client: near,
    server: far,
    sender: [
      step(pair.bobDialog, '1xx-tag', 'Early'),
      step(far, '101-199 from TU', 'Proceeding > Proceeding'),
    ],
    receiver: [
      step(near, '1xx', 'Calling > Proceeding'),
      step(pair.aliceDialog, '1xx-tag', 'Early'),
    ],
  });
  const answer = response(invite, 200, 'b2', audioSdp('127.0.0.1', 42_000, 'sendrecv', 1, '0'));
  writer.hop(answer, {
    at: 3000,
    from: bob,
    to: alice,
    client: near,
    server: far,
    lost: true,
    sender: [
      step(far, '2xx from TU', 'Proceeding > Accepted', { L: linger }),
      step(pair.bobDialog, '2xx', 'Early > Confirmed'),
    ],
  });
  writer.hop(answer, {
    at: 3500,
    from: bob,
    to: alice,
    client: near,
    server: far,
    repeat: true,
    sender: [step(pair.bobSession, 'Timer 2xx fires', 'Answered > Answered', { '2xx': 1000 })],
    receiver: [
      step(near, '2xx', 'Proceeding > Accepted', { M: linger }),
      step(pair.aliceDialog, '2xx', 'Early > Confirmed'),
    ],
  });
  writer.hop(pair.inside('ACK', 'k1', 1), { at: 3501, from: alice, to: bob });
  pair.hangUp(6000);
  return writer.observations;
}

/** Nobody answers: Timer A six times, then Timer B (RFC 3261 §17.1.1.2). */
export function silentPeer(): readonly Observation[] {
  const writer = new CallWriter();
  const invite = request({
    method: 'INVITE',
    uri: 'sip:nobody@192.0.2.14',
    via: [via(alice, 'n1')],
    from: `<${aliceUri}>;tag=a1`,
    to: '<sip:nobody@192.0.2.14>',
    callId: 'silent-1f00',
    cseq: 1,
    sdp: audioSdp('127.0.0.1', 40_000, 'sendrecv'),
  });
  const near = client('c1', alice, invite);
  for (const [count, at] of [0, 500, 1500, 3500, 7500, 15_500, 31_500].entries()) {
    const timers = { A: 500 * 2 ** count, B: linger - at };
    writer.hop(invite, {
      at,
      from: alice,
      to: phone,
      client: near,
      repeat: count > 0,
      sender: [
        count > 0
          ? step(near, 'Timer A fires', 'Calling > Calling', timers)
          : step(near, 'INVITE from TU', 'Calling', timers),
      ],
    });
  }
  writer.step(linger, step(near, 'Timer B fires', 'Calling > Terminated'));
  return writer.observations;
}

/** One INVITE, two phones ring: one transaction at alice, two dialogs (RFC 3261 §12.1.2). */
export function forkedCall(): readonly Observation[] {
  const pair = new Pair('fork-c4d2');
  const { writer, invite, near } = pair;
  const proxy = party('proxy', '192.0.2.1:5060', false);
  const dialogs = [
    dialogOf(alice, pair.callId, 'a1', 'b2'),
    dialogOf(alice, pair.callId, 'a1', 'b9'),
  ] as const;
  writer.hop(invite, {
    at: 0,
    from: alice,
    to: proxy,
    client: near,
    sender: [step(near, 'INVITE from TU', 'Calling', { A: 500, B: linger })],
  });
  for (const [index, tag] of ['b2', 'b9'].entries()) {
    writer.hop(response(invite, 180, tag), {
      at: 80 + index * 60,
      from: proxy,
      to: alice,
      client: near,
      receiver: [
        step(near, '1xx', index === 0 ? 'Calling > Proceeding' : 'Proceeding > Proceeding'),
        step(dialogs[index === 0 ? 0 : 1], '1xx-tag', 'Early'),
      ],
    });
  }
  writer.hop(response(invite, 200, 'b9', audioSdp('192.0.2.9', 42_000, 'sendrecv', 1, '0')), {
    at: 2100,
    from: proxy,
    to: alice,
    client: near,
    receiver: [
      step(near, '2xx', 'Proceeding > Accepted', { M: linger }),
      step(dialogs[1], '2xx', 'Early > Confirmed'),
    ],
  });
  const ack = request({
    method: 'ACK',
    uri: 'sip:bob@192.0.2.9',
    via: [via(alice, 'fk')],
    from: `"Alice" <${aliceUri}>;tag=a1`,
    to: `<${bobUri}>;tag=b9`,
    callId: pair.callId,
    cseq: 1,
  });
  writer.hop(ack, { at: 2101, from: alice, to: proxy });
  writer.step(34_000, step(dialogs[0], 'timeout', 'Early > Terminated'));
  return writer.observations;
}

/** A MESSAGE alone: a transaction, no dialog, no session (RFC 3428). */
export function lonelyMessage(): readonly Observation[] {
  const writer = new CallWriter();
  const message = request({
    method: 'MESSAGE',
    uri: bobUri,
    via: [via(alice, 'm1')],
    from: `<${aliceUri}>;tag=a7`,
    to: `<${bobUri}>`,
    callId: 'msg-20b6',
    cseq: 1,
  });
  const [near, far] = [client('c4', alice, message), serverOf('s4', bob, message)];
  writer.hop(message, {
    at: 0,
    from: alice,
    to: bob,
    client: near,
    server: far,
    sender: [step(near, 'request from TU', 'Trying', { E: 500, F: linger })],
    receiver: [step(far, 'request', 'Trying')],
  });
  writer.hop(response(message, 200, 'b5'), {
    at: 1,
    from: bob,
    to: alice,
    client: near,
    server: far,
    sender: [step(far, '200-699 from TU', 'Trying > Completed', { J: linger })],
    receiver: [step(near, '200-699', 'Trying > Completed', { K: 5000 })],
  });
  return writer.observations;
}
