// Transactions against a model written from the prose: any course of messages, time and failures looks the same from outside.
import * as fc from 'fast-check';
import { createRequest, createResponse } from '../../packages/sip/src/message/index.ts';
import type { Request } from '../../packages/sip/src/message/index.ts';
import { InviteClient } from '../../packages/sip/src/transaction/invite-client.ts';
import { InviteServer } from '../../packages/sip/src/transaction/invite-server.ts';
import { NonInviteClient } from '../../packages/sip/src/transaction/non-invite-client.ts';
import { NonInviteServer } from '../../packages/sip/src/transaction/non-invite-server.ts';
import { defaultSettings } from '../../packages/sip/src/transaction/timers.ts';
import type { TransactionSurroundings } from '../../packages/sip/src/transaction/transaction.ts';
import { VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { equal } from './datagram.ts';
import { fuzz } from './runs.ts';
import { ClientModel, ServerModel } from './transaction-model.ts';

const wait = fc.record({
  do: fc.constant('wait' as const),
  // Around each timer, and between them.
  milliseconds: fc.constantFrom(1, 50, 99, 100, 101, 199, 200, 499, 500, 501, 1_000, 3_499, 3_500, 4_000, 5_000, 9_999, 31_999, 32_000), // prettier-ignore
});
const status = fc.constantFrom(100, 180, 183, 200, 202, 302, 404, 408, 486, 503, 603);
const fail = fc.record({ do: fc.constant('fail' as const) });
const kinds = { invite: fc.boolean(), reliable: fc.boolean() };

fuzz(
  'RFC 3261 §17.1: a client does what the prose says, whatever comes and when',
  {
    runs: 1_500,
    input: fc.record({
      ...kinds,
      steps: fc.array(
        fc.oneof(wait, wait, fc.record({ do: fc.constant('response' as const), status }), fail),
        { maxLength: 14 },
      ),
    }),
  },
  ({ invite, reliable, steps }) => {
    const model = new ClientModel(invite, reliable);
    const { seen, clock, surroundings, isOver } = world();
    const method = invite ? 'INVITE' : 'OPTIONS';
    const sent = request(method);
    const options = {
      surroundings,
      request: sent,
      reliable,
      send: (message: Request) => seen(message.method === 'ACK' ? 'sent ACK' : 'sent'),
      user: {
        response: ({ status: heard }: { readonly status: number }) => seen(`heard ${heard}`),
        timeout: () => seen('timeout'),
        transportError: () => seen('transport error'),
      },
    };
    const client = invite ? new InviteClient(options) : new NonInviteClient(options);
    client.start();
    for (const step of [...steps, { do: 'wait', milliseconds: 70_000 } as const]) {
      if (step.do === 'wait') clock.advance(step.milliseconds);
      else if (step.do === 'fail') client.transportFailed(new Error('x'));
      else client.receive(createResponse(sent, step.status, { toTag: 't' }));
      if (step.do === 'wait') model.wait(step.milliseconds);
      else if (step.do === 'fail') model.fail();
      else model.response(step.status);
      equal(seen.lines.join('\n'), model.seen.join('\n'), `After ${JSON.stringify(step)}`);
      equal(String(isOver()), String(model.over), `Its end after ${JSON.stringify(step)}`);
    }
    if (model.over) equal(clock.pending, 0, 'Timers');
  },
);

fuzz(
  'RFC 3261 §17.2: a server does what the prose says, whatever comes and when',
  {
    runs: 1_500,
    input: fc.record({
      ...kinds,
      steps: fc.array(
        fc.oneof(
          wait,
          wait,
          fc.record({ do: fc.constant('respond' as const), status }),
          fc.record({ do: fc.constantFrom('repeat' as const, 'ack' as const) }),
          fail,
        ),
        { maxLength: 16 },
      ),
    }),
  },
  ({ invite, reliable, steps }) => {
    const model = new ServerModel(invite, reliable);
    const { seen, clock, surroundings, isOver } = world();
    const received = request(invite ? 'INVITE' : 'OPTIONS');
    const options = {
      surroundings,
      request: received,
      reliable,
      localTag: 'ours',
      send: ({ status: sent }: { readonly status: number }) => seen(`sent ${sent}`),
    };
    const server = invite ? new InviteServer(options) : new NonInviteServer(options);
    server.user = {
      ack: () => seen('heard ACK'),
      timeout: () => seen('timeout'),
      transportError: () => seen('transport error'),
    };
    for (const step of [...steps, { do: 'wait', milliseconds: 70_000 } as const]) {
      switch (step.do) {
        case 'wait':
          clock.advance(step.milliseconds);
          model.wait(step.milliseconds);
          break;
        case 'respond':
          server.respond(createResponse(received, step.status, { toTag: 'ours' }));
          model.respond(step.status);
          break;
        case 'repeat':
          server.receive(received);
          model.repeat();
          break;
        case 'ack':
          if (invite) server.receive(request('ACK'));
          model.ack();
          break;
        case 'fail':
          server.transportFailed(new Error('x'));
          model.fail();
      }
      equal(seen.lines.join('\n'), model.seen.join('\n'), `After ${JSON.stringify(step)}`);
      equal(String(isOver()), String(model.over), `Its end after ${JSON.stringify(step)}`);
    }
  },
);

function world() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  let ended = false;
  const surroundings: TransactionSurroundings = {
    clock,
    tap: undefined,
    endpoint: 'model',
    settings: defaultSettings,
    run: (event) => event(),
    ended: () => void (ended = true),
  };
  const seen = Object.assign((what: string): void => void lines.push(`${clock.now()} ${what}`), { lines }); // prettier-ignore
  return { clock, seen, surroundings, isOver: () => ended };
}

function request(method: string): Request {
  return createRequest({
    method,
    uri: 'sip:bob@h',
    headers: [
      ['Via', 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKmodel'],
      ['Max-Forwards', '70'],
      ['From', '<sip:alice@h>;tag=a'],
      ['To', '<sip:bob@h>'],
      ['Call-ID', 'model'],
      ['CSeq', `1 ${method}`],
    ],
  });
}
