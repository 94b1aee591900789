// A dialog against a model written from the prose of RFC 3261 §12: numbers, target, routes and tags, whatever is said in it and in which order.
import * as fc from 'fast-check';
import { seedAtClient, seedAtServer } from '../../packages/sip/src/dialog/create.ts';
import { Dialog } from '../../packages/sip/src/dialog/dialog.ts';
import { dialogRequest } from '../../packages/sip/src/dialog/request.ts';
import { createRequest, createResponse, formatUri } from '../../packages/sip/src/message/index.ts';
import type { HeaderInit, Request } from '../../packages/sip/src/message/index.ts';
import { VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { equal } from './datagram.ts';
import { fuzz } from './runs.ts';

const routers = ['<sip:p1.example;lr>', '<sip:p2.example;lr;x=1>', '<sip:strict.example>'];
const targets = [
  'sip:bob@10.0.0.9',
  'sip:bob@10.0.0.8:5070;transport=tcp',
  'sip:b%40b@[2001:db8::9]',
];

const step = fc.oneof(
  fc.record({ do: fc.constant('theirs' as const), ahead: fc.constantFrom(-3, -1, 0, 1, 1, 1, 7) }),
  fc.record({ do: fc.constant('ours' as const), method: fc.constantFrom('BYE', 'INFO', 'UPDATE') }),
  fc.record({ do: fc.constant('ack' as const) }),
  fc.record({ do: fc.constant('refresh' as const), target: fc.constantFrom(...targets) }),
);

/** What the RFC says that both ends keep. */
interface Model {
  target: string;
  readonly routes: readonly string[];
  local: number | undefined;
  remote: number | undefined;
}

fuzz(
  'RFC 3261 §12: a dialog builds and judges as the prose says, from either end, whatever is said in it',
  {
    runs: 1_000,
    input: fc.record({
      caller: fc.boolean(),
      recorded: fc.array(fc.constantFrom(...routers), { maxLength: 3 }),
      first: fc.integer({ min: 1, max: 2 ** 31 - 100 }),
      steps: fc.array(step, { maxLength: 20 }),
    }),
  },
  ({ caller, recorded, first, steps }) => {
    const { dialog, model } = born(caller, recorded, first);
    for (const one of steps) {
      switch (one.do) {
        case 'theirs': {
          // §12.2.2: a lower number is out of order, an equal one belongs to what came before.
          const number = Math.max(1, (model.remote ?? 100) + one.ahead);
          const inOrder = model.remote === undefined || number >= model.remote;
          equal(String(dialog.takeCseq(request('INFO', number))), String(inOrder), 'Its order');
          if (inOrder) model.remote = number;
          break;
        }
        case 'ours': {
          const sent = dialogRequest(dialog, one.method);
          model.local = model.local === undefined ? 1 : model.local + 1;
          looksRight(sent, model, caller);
          break;
        }
        case 'ack': {
          // §13.2.2.4: an ACK has the number of its INVITE and uses none up.
          looksRight(
            dialogRequest(dialog, 'ACK', { cseq: first }),
            { ...model, local: first },
            caller,
          );
          break;
        }
        case 'refresh':
          dialog.refreshTarget(request('INVITE', 1, [['Contact', `<${one.target}>`]]));
          model.target = one.target;
      }
      equal(String(dialog.remoteCseq), String(model.remote), 'Their number');
      equal(String(dialog.localCseq), String(model.local), 'Our number');
      equal(formatUri(dialog.remoteTarget), model.target, 'The target');
    }
  },
);

/** A dialog that an INVITE over these routers made, ours or theirs. */
function born(caller: boolean, recorded: readonly string[], first: number) {
  const [target = ''] = targets;
  const rows: HeaderInit[] = recorded.map((value) => ['Record-Route', value] as const);
  const via: HeaderInit = ['Via', 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKmodel'];
  const headers: HeaderInit[] = [...rows, ['Contact', `<${target}>`]];
  const invite = caller
    ? request('INVITE', first, [via])
    : request('INVITE', first, [via, ...headers]);
  const seed = caller
    ? seedAtClient(invite, createResponse(invite, 200, { toTag: 'theirs', headers }), undefined)
    : seedAtServer(invite, 'ours', undefined);
  if (seed === undefined) throw new Error('No dialog was made');
  const dialog = new Dialog(seed, { clock: new VirtualClock(), tap: undefined, endpoint: 'model' });
  dialog.on('2xx');
  const model: Model = {
    target,
    // §12.1.1, §12.1.2: in order at the server, in reverse at the client.
    routes: caller ? recorded.toReversed() : recorded,
    local: caller ? first : undefined,
    remote: caller ? undefined : first,
  };
  return { dialog, model };
}

/** §12.2.1.1: where it goes, by which way, and who says it. */
function looksRight(sent: Request, { target, routes, local }: Model, caller: boolean): void {
  const [next, ...others] = routes;
  const isLoose = next === undefined || next.includes(';lr');
  const bare = (next ?? '').slice(1, -1);
  equal(formatUri(sent.uri), isLoose ? target : bare, 'The Request-URI');
  const expected = isLoose ? routes : [...others, `<${target}>`];
  equal(sent.rows('Route').join(), expected.join(), 'Route');
  equal(sent.cseq.number, local ?? 0, 'CSeq');
  equal(sent.callId, 'model', 'Call-ID');
  const tags = caller ? ['caller', 'theirs'] : ['ours', 'caller'];
  equal([sent.fromTag, sent.toTag].join(), tags.join(), 'The tags');
}

function request(method: string, cseq: number, headers: readonly HeaderInit[] = []): Request {
  return createRequest({
    method,
    uri: 'sip:bob@example.com',
    headers: [
      ...headers,
      ['Max-Forwards', '70'],
      ['From', '<sip:alice@example.com>;tag=caller'],
      ['To', '<sip:bob@example.com>'],
      ['Call-ID', 'model'],
      ['CSeq', `${cseq} ${method}`],
    ],
  });
}
