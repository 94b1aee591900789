// A call through a proxy.
import type { Observation } from '../../base/tap.ts';
import type { Request } from '../../message/message.ts';
import { audioSdp, CallWriter, party, request, response } from './call-writer.ts';
import {
  aliceUri,
  bob,
  bobUri,
  client,
  dialogOf,
  linger,
  server,
  serverOf,
  step,
  via,
} from './cast.ts';

/** One INVITE through a proxy that records its route; only the proxy and bob are observed. */
export function proxiedCall(): readonly Observation[] {
  const writer = new CallWriter();
  const caller = party('alice', '192.0.2.14:5060', false);
  const make = (
    method: string,
    hops: readonly string[],
    cseq: number,
    toTag?: string,
    sdp?: string,
  ): Request =>
    request({
      method,
      uri: toTag === undefined ? bobUri : 'sip:bob@127.0.0.1:5080',
      via: hops,
      from: `<${aliceUri}>;tag=a1`,
      to: `<${bobUri}>${toTag === undefined ? '' : `;tag=${toTag}`}`,
      callId: 'proxy-77f2',
      cseq,
      ...(sdp === undefined ? {} : { sdp }),
    });
  const offer = audioSdp('192.0.2.14', 40_000, 'sendrecv', 1, '8 0');
  const answer = audioSdp('127.0.0.1', 42_000, 'sendrecv', 1, '8');
  const outer = via(caller, 'p1');
  const first = make('INVITE', [outer], 1, undefined, offer);
  const second = make('INVITE', [via(server, 'p2'), outer], 1, undefined, offer);
  const upstream = serverOf('s1', server, first);
  const downstream = client('c1', server, second);
  const callee = serverOf('s7', bob, second);
  const dialog = dialogOf(bob, 'proxy-77f2', 'b2', 'a1');
  writer.hop(first, {
    at: 0,
    from: caller,
    to: server,
    server: upstream,
    receiver: [step(upstream, 'INVITE', 'Proceeding')],
  });
  writer.hop(response(first, 100), {
    at: 0.8,
    from: server,
    to: caller,
    server: upstream,
    sender: [step(upstream, '100 from TU', 'Proceeding > Proceeding')],
  });
  writer.hop(second, {
    at: 1,
    from: server,
    to: bob,
    client: downstream,
    server: callee,
    sender: [step(downstream, 'INVITE from TU', 'Calling', { A: 500, B: linger })],
    receiver: [step(callee, 'INVITE', 'Proceeding')],
  });
  for (const [at, status] of [
    [90, 180],
    [1700, 200],
  ] as const) {
    const body = status === 200 ? answer : undefined;
    const path = status === 200 ? 'Proceeding > Accepted' : 'Proceeding > Proceeding';
    writer.hop(response(second, status, 'b2', body), {
      at,
      from: bob,
      to: server,
      client: downstream,
      server: callee,
      sender: [
        step(
          callee,
          status === 200 ? '2xx from TU' : '101-199 from TU',
          path,
          status === 200 ? { L: linger } : {},
        ),
        status === 200
          ? step(dialog, '2xx', 'Early > Confirmed')
          : step(dialog, '1xx-tag', 'Early'),
      ],
      receiver: [
        status === 200
          ? step(downstream, '2xx', path, { M: linger })
          : step(downstream, '1xx', 'Calling > Proceeding', { C: 181_000 }),
      ],
    });
    writer.hop(response(first, status, 'b2', body), {
      at: at + 1,
      from: server,
      to: caller,
      server: upstream,
      sender: [
        step(
          upstream,
          status === 200 ? '2xx from TU' : '101-199 from TU',
          path,
          status === 200 ? { L: linger } : {},
        ),
      ],
    });
  }
  const hopByHop = (method: string, cseq: number, at: number): readonly [Request, Request] => {
    const outside = via(caller, `${method}1`);
    const pair = [
      make(method, [outside], cseq, 'b2'),
      make(method, [via(server, `${method}2`), outside], cseq, 'b2'),
    ] as const;
    const bye = method === 'BYE';
    const [up, down, end] = [
      serverOf('s2', server, pair[0]),
      client('c2', server, pair[1]),
      serverOf('s8', bob, pair[1]),
    ];
    writer.hop(pair[0], {
      at,
      from: caller,
      to: server,
      ...(bye ? { server: up, receiver: [step(up, 'request', 'Trying')] } : {}),
    });
    writer.hop(pair[1], {
      at: at + 1,
      from: server,
      to: bob,
      ...(bye
        ? {
            client: down,
            server: end,
            sender: [step(down, 'request from TU', 'Trying', { E: 500, F: linger })],
            receiver: [
              step(end, 'request', 'Trying'),
              step(dialog, 'remote-bye', 'Confirmed > Terminated'),
            ],
          }
        : {}),
    });
    if (!bye) return pair;
    writer.hop(response(pair[1], 200), {
      at: at + 2,
      from: bob,
      to: server,
      client: down,
      server: end,
      sender: [step(end, '200-699 from TU', 'Trying > Completed', { J: linger })],
      receiver: [step(down, '200-699', 'Trying > Completed', { K: 5000 })],
    });
    writer.hop(response(pair[0], 200), {
      at: at + 3,
      from: server,
      to: caller,
      server: up,
      sender: [step(up, '200-699 from TU', 'Trying > Completed', { J: linger })],
    });
    return pair;
  };
  hopByHop('ACK', 1, 1740);
  hopByHop('BYE', 2, 9000);
  return writer.observations;
}
