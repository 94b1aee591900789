// What every Transport must do, ours and anyone's: a suite for any test framework with `describe` and `test`.
import { latin1Bytes } from '../../base/bytes.ts';
import type { Address, Flow, Transport } from '../../transport/port.ts';
import { FlowRecorder } from '../recorder.ts';
import { equal } from './framework.ts';
import type { TestFunctions } from './framework.ts';

/** Two transports that reach each other, made anew for each test and not listening yet. */
export interface TransportWorld {
  /** The one that opens connections. */
  readonly left: Transport;
  /** The one that is reached at its `local`. */
  readonly right: Transport;
  /** An address where nobody listens; undefined when the transport cannot be sent elsewhere or is never told. */
  readonly nobody: Address | undefined;
  /** Lets a little time pass, real or virtual. */
  turn(): Promise<void>;
  /** Called at the end of each test, after both transports were closed. */
  close(): Promise<void>;
}

/** Declares the suite. `open` makes a fresh world. */
export function transportContract(
  name: string,
  open: () => Promise<TransportWorld>,
  framework: TestFunctions,
): void {
  const { describe, test } = framework;
  const check = (title: string, body: (stage: Stage) => Promise<void>): void => {
    test(title, async () => {
      const stage = new Stage(await open());
      try {
        await stage.start();
        await body(stage);
      } finally {
        await stage.close();
      }
    });
  };

  describe(`${name} keeps the contract of a transport`, () => {
    check(
      'A message arrives whole and an answer goes back on the flow on which it came',
      carriesBothWays,
    );
    check('Every byte value survives the way', carriesEveryByte);
    check('A message near 64 KiB arrives whole', carriesLargeMessages);
    check(
      'Messages sent at once arrive each for itself, and on a reliable flow in order',
      carriesMany,
    );
    check('Flows tell their protocol, reliability and both addresses', describesFlows);
    check('flowTo gives the flow that is open already', reusesFlows);
    check(
      'The receiving side reaches the sender through flowTo with its remote address',
      reachesBack,
    );
    check('A send on a closed connection fails and does not throw', failsAfterClose);
    check('Both ends learn once that a connection was closed', tellsClosing);
    check('A remote where nobody listens is reported and throws nothing', reportsUnreachable);
    check('Nonsense addresses fail the send and throw nothing', refusesNonsense);
    check('After close nothing is told and every send fails', silentAfterClose);
    check('close may be called twice', closesTwice);
  });
}

class Stage {
  readonly world: TransportWorld;
  readonly left = new FlowRecorder();
  readonly right = new FlowRecorder();
  readonly failures: Error[] = [];

  constructor(world: TransportWorld) {
    this.world = world;
  }

  async start(): Promise<void> {
    await this.world.right.listen(this.right);
    await this.world.left.listen(this.left);
  }

  async close(): Promise<void> {
    const closed = Promise.all([this.world.left.close(), this.world.right.close()]);
    await closed;
    await this.world.close();
  }

  get rightAddress(): Address {
    const { local } = this.world.right;
    if (local === undefined)
      throw new Error('The right transport has no address though it listens');
    return local;
  }

  readonly failed = (error: Error): void => {
    this.failures.push(error);
  };

  /** Sends from left to right and gives what arrived. */
  async deliver(text: string): Promise<{ readonly text: string; readonly flow: Flow }> {
    const before = this.right.messages.length;
    this.world.left.flowTo(this.rightAddress).send(latin1Bytes(text), this.failed);
    await this.until(
      () => this.right.messages.length > before || this.failures.length > 0,
      'a message arrives',
    );
    const arrived = this.right.messages[before];
    if (arrived === undefined) throw new Error(`The send failed: ${String(this.failures[0])}`);
    return arrived;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (let turn = 0; turn < 200_000; turn += 1) {
      if (condition()) return;
      await this.world.turn();
    }
    throw new Error(`In vain waited until ${what}`);
  }
}

/** A whole message with a body of latin1 text. */
function message(number: number, body = ''): string {
  return [
    'MESSAGE sip:right@example.com SIP/2.0',
    'Via: SIP/2.0/X left.example.com;branch=z9hG4bKcontract',
    'From: <sip:left@example.com>;tag=1',
    'To: <sip:right@example.com>',
    'Call-ID: contract',
    `CSeq: ${number} MESSAGE`,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

async function carriesBothWays(stage: Stage): Promise<void> {
  const { text, flow } = await stage.deliver(message(1, 'there'));
  equal(text, message(1, 'there'), 'What arrived');
  flow.send(latin1Bytes(message(2, 'and back')), stage.failed);
  await stage.until(() => stage.left.messages.length > 0, 'the answer arrives');
  equal(stage.left.messages[0]?.text, message(2, 'and back'), 'What came back');
}

async function carriesEveryByte(stage: Stage): Promise<void> {
  const body = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
  equal((await stage.deliver(message(1, body))).text, message(1, body), 'What arrived');
  const ascii = message(2, 'plain');
  equal((await stage.deliver(ascii)).text, ascii, 'What arrived');
}

async function carriesLargeMessages(stage: Stage): Promise<void> {
  const body = 'x'.repeat(65_507 - message(1).length - 4);
  equal((await stage.deliver(message(1, body))).text, message(1, body), 'What arrived');
}

async function carriesMany(stage: Stage): Promise<void> {
  const flow = stage.world.left.flowTo(stage.rightAddress);
  const sent = Array.from({ length: 50 }, (_, number) => message(number, 'm'.repeat(number)));
  for (const text of sent) flow.send(latin1Bytes(text), stage.failed);
  await stage.until(() => stage.right.messages.length >= sent.length, 'all messages arrive');
  const arrived = stage.right.messages.map(({ text }) => text);
  equal(
    (flow.reliable ? arrived : arrived.toSorted()).join(),
    (flow.reliable ? sent : sent.toSorted()).join(),
    'The messages',
  );
}

async function describesFlows(stage: Stage): Promise<void> {
  const { left, right } = stage.world;
  const { flow } = await stage.deliver(message(1));
  const mine = left.flowTo(stage.rightAddress);
  equal(mine.protocol, left.protocol, 'The protocol here');
  equal(flow.protocol, right.protocol, 'The protocol there');
  equal(mine.reliable, left.protocol !== 'UDP', 'Reliability');
  equal(flow.reliable, mine.reliable, 'Reliability there');
  equal(
    `${mine.remote.host} ${mine.remote.port}`,
    `${flow.local.host} ${flow.local.port}`,
    'The right address',
  );
  // A page is not told its own address.
  if (mine.local.port !== 0)
    equal(
      `${mine.local.host} ${mine.local.port}`,
      `${flow.remote.host} ${flow.remote.port}`,
      'The left address',
    );
  equal(mine.open && flow.open, true, 'Openness');
  if (mine.reliable)
    equal(stage.left.openings.length === 1 && stage.right.openings.length === 1, true, 'Openings');
}

async function reusesFlows(stage: Stage): Promise<void> {
  const before = stage.world.left.flowTo(stage.rightAddress);
  equal(
    stage.world.left.flowTo(stage.rightAddress).id,
    before.id,
    'The flow while it is being opened',
  );
  await stage.deliver(message(1));
  equal(stage.world.left.flowTo(stage.rightAddress).id, before.id, 'The flow when it is open');
}

async function reachesBack(stage: Stage): Promise<void> {
  const { flow } = await stage.deliver(message(1));
  const back = stage.world.right.flowTo(flow.remote);
  equal(back.id, flow.id, 'The flow');
  back.send(latin1Bytes(message(2)), stage.failed);
  await stage.until(() => stage.left.messages.length > 0, 'the message comes back');
}

async function failsAfterClose(stage: Stage): Promise<void> {
  const flow = stage.world.left.flowTo(stage.rightAddress);
  await stage.deliver(message(1));
  if (!flow.reliable) return;
  flow.close();
  equal(flow.open, false, 'Openness');
  flow.send(latin1Bytes(message(2)), stage.failed);
  await stage.until(() => stage.failures.length > 0, 'the send fails');
}

async function tellsClosing(stage: Stage): Promise<void> {
  const { flow } = await stage.deliver(message(1));
  if (!flow.reliable) return;
  stage.world.left.flowTo(stage.rightAddress).close();
  await stage.until(
    () => stage.right.closings.length > 0 && stage.left.closings.length > 0,
    'both ends are told',
  );
  equal(stage.right.closings[0]?.flow.id, flow.id, 'The flow');
  equal(stage.right.closings[0]?.error, undefined, 'The error of an orderly end');
  equal(flow.open, false, 'Openness');
  const again = await stage.deliver(message(2));
  equal(again.flow.open, true, 'A new connection');
  equal(stage.right.closings.length + stage.left.closings.length, 2, 'The closings');
}

async function reportsUnreachable(stage: Stage): Promise<void> {
  const { nobody, left } = stage.world;
  if (nobody === undefined) return;
  const flow = left.flowTo(nobody);
  flow.send(latin1Bytes(message(1)), stage.failed);
  await stage.until(() => stage.left.closings.length > 0, 'the flow is reported');
  equal(stage.left.closings[0]?.flow.id, flow.id, 'The flow');
  equal(stage.left.closings[0]?.error instanceof Error, true, 'The error');
  if (flow.reliable) equal(stage.failures.length, 1, 'The failed sends');
}

async function refusesNonsense(stage: Stage): Promise<void> {
  const { left } = stage.world;
  if (stage.world.nobody === undefined && left.protocol !== 'UDP') return;
  const wrong: readonly Address[] = [
    { host: 'no.such.name.invalid', port: 5060 },
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 70_000 },
    { host: '', port: 5060 },
  ];
  for (const address of wrong) left.flowTo(address).send(latin1Bytes(message(1)), stage.failed);
  const told = (): number =>
    stage.failures.length + (left.protocol === 'UDP' ? stage.left.closings.length : 0);
  await stage.until(() => told() >= wrong.length, 'each send fails');
}

async function silentAfterClose(stage: Stage): Promise<void> {
  const { flow } = await stage.deliver(message(1));
  const mine = stage.world.left.flowTo(stage.rightAddress);
  await stage.world.left.close();
  const told = stage.left.closings.length;
  mine.send(latin1Bytes(message(2)), stage.failed);
  stage.world.left.flowTo(stage.rightAddress).send(latin1Bytes(message(3)), stage.failed);
  await stage.until(() => stage.failures.length === 2, 'both sends fail');
  if (flow.reliable)
    await stage.until(() => stage.right.closings.length === 1, 'the other end is told');
  equal(stage.left.closings.length, told, 'What was told after close');
  equal(stage.right.messages.length, 1, 'The messages that arrived');
}

async function closesTwice(stage: Stage): Promise<void> {
  await stage.deliver(message(1));
  await stage.world.left.close();
  await stage.world.left.close();
}
