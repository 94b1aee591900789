// Requests without proof, as fast as one processor can send them: what is left of them, and what calls hear of it.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { installed } from '../peers/program.ts';
import { quietServer, residentMemory } from '../peers/quiet-server.ts';
import type { QuietServer } from '../peers/quiet-server.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

const methods = ['REGISTER', 'INVITE', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'NOTIFY'];
const seconds = 4;
/** MiB that the system may take at most. */
const cap = 512;
/** Milliseconds after which calls pass as ever. */
const normalAgain = 5_000;
/** MiB that may stay of a flood, a tenth of what its transactions would have been. */
const leftOver = 60;

test.runIf(installed('sipp'))(
  'seconds of requests without proof leave no memory behind, and calls pass as ever within five seconds (A40, X19)',
  async () => {
    await using world = new World(80_000);
    const server = await quietServer(world, ['alice', 'dave']);
    const phone = await Sipp.start(world, { scenario: 'uas', calls: 1_000 });
    const contact = `sip:dave@127.0.0.1:${phone.port}`;
    const login = { user: 'dave', password: 'pw-dave' };
    await Sipp.register(world, server.address, login, contact);
    // The first one is for the compiler and the buffers that stay.
    await flood(server, 'first');
    let before = residentMemory(server.program);
    const { answered, most } = await flood(server, 'second');
    expect(answered).toBeGreaterThan(1_000);
    expect(most).toBeLessThan(cap);
    // What stays of a flood stays of each; what is not collected yet does not add up.
    let grown = residentMemory(server.program) - before;
    for (let more = 3; grown >= leftOver && more <= 6; more += 1) {
      before = residentMemory(server.program);
      await flood(server, `again-${more}`);
      grown = residentMemory(server.program) - before;
    }
    expect(grown).toBeLessThan(leftOver);
    const call = async (calls: number): Promise<number> => {
      const caller = await Sipp.start(world, {
        ...{ scenario: 'user', target: server.address, calls, rate: 10, service: 'dave' },
        ...{ user: 'alice', password: 'pw-alice' },
      });
      return (await caller.finished(15_000)).succeeded;
    };
    const end = performance.now();
    while ((await call(5)) < 5) expect(performance.now() - end).toBeLessThan(normalAgain);
    expect(await call(20)).toBe(20);
  },
);

interface Flood {
  readonly answered: number;
  /** The most memory that the system took meanwhile, in MiB. */
  readonly most: number;
}

async function flood({ program, address }: QuietServer, name: string): Promise<Flood> {
  const [host = '', port = ''] = address.split(':');
  const socket = createSocket('udp4');
  let answered = 0;
  socket.on('message', () => (answered += 1));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const from = `127.0.0.1:${socket.address().port}`;
  const end = performance.now() + seconds * 1_000;
  let most = 0;
  for (let number = 0; performance.now() < end;) {
    for (let burst = 0; burst < 50; burst += 1, number += 1) {
      const method = methods[number % methods.length] ?? 'OPTIONS';
      socket.send(request(method, `${name}-${number}`, from, address), Number(port), host);
    }
    most = Math.max(most, residentMemory(program));
    await turn();
  }
  socket.close();
  return { answered, most };
}

/** A request as phones write it, in a transaction and a call of its own. */
function request(method: string, id: string, from: string, address: string): string {
  const to = method === 'REGISTER' ? `sip:${address}` : `sip:dave@${address}`;
  return [
    `${method} ${to} SIP/2.0`,
    `Via: SIP/2.0/UDP ${from};branch=z9hG4bK-${id};rport`,
    'Max-Forwards: 70',
    `From: <sip:mallory@${address}>;tag=${id}`,
    `To: <sip:dave@${address}>`,
    `Call-ID: ${id}@${from}`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:mallory@${from}>`,
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, MESSAGE, SUBSCRIBE, NOTIFY, REFER, INFO, UPDATE, PRACK',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}
