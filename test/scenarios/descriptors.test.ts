// A system that has no file descriptors left: it goes on with what it has, says so, and recovers by itself.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const mayLimit = installed('prlimit') && existsSync('/proc/self/fd');

test.runIf(mayLimit)(
  'Without free file descriptors new connections are refused and an alarm is logged; calls go on, and later connections are taken again (X24)',
  async () => {
    await using world = new World();
    const log = path.join(world.folder, 'serve.log');
    const server = await Offhook.start(world, ['--log', log]);
    const call = offhook(world, ['call', server.aor('echo'), '--json']);
    await call.prints(/"event":"answered"/);
    const { pid } = server.program;
    const limit = (most: number): void => {
      execFileSync('prlimit', ['--pid', String(pid), `--nofile=${most}:`]);
    };
    const inUse = readdirSync(`/proc/${pid}/fd`).length;
    limit(inUse + 8);
    const sockets: Socket[] = [];
    let refused = 0;
    for (const port of [server.port, server.tlsPort, server.httpPort, server.httpsPort]) {
      for (let number = 0; number < 10; number += 1) {
        const socket = connect({ host: '127.0.0.1', port });
        socket.on('error', () => {});
        socket.on('close', () => {
          refused += 1;
        });
        socket.resume();
        sockets.push(socket);
      }
    }
    world.own({ close: () => sockets.forEach((socket) => socket.destroy()) });
    await world.until('connections to be refused', () => refused >= 20);
    const logged = (words: string): number => readFileSync(log, 'utf8').split(words).length - 1;
    await world.until('the alarm', () => logged('No file descriptors are left') === 1);
    // A call that stands is held and ended as if nothing were wrong, and UDP is served.
    const asked = offhook(world, ['options', `sip:${server.address}`, '--quiet']);
    expect(await asked.finished(10_000), asked.tail()).toBe(0);
    call.signal('SIGINT');
    expect(await call.finished(10_000), call.tail()).toBe(0);
    expect(call.output).toMatch(/"event":"ended","by":"local","cause":"bye"/);
    for (const socket of sockets) socket.destroy();
    await world.until('the end of it', () => logged('There are free file descriptors again') === 1);
    await world.until('the system to accept again', async () => {
      const socket = connect({ host: '127.0.0.1', port: server.port });
      socket.on('error', () => {});
      const [event] = await Promise.race([
        once(socket, 'connect').then(() => ['connected']),
        once(socket, 'close').then(() => ['closed']),
      ]);
      socket.destroy();
      return event === 'connected';
    });
    const after = offhook(world, [
      'options',
      `sip:${server.address}`,
      '--transport',
      'tcp',
      '--quiet',
    ]);
    expect(await after.finished(10_000), after.tail()).toBe(0);
    const again = offhook(world, ['call', server.aor('echo'), '--seconds', '1', '--quiet']);
    expect(await again.finished(10_000), again.tail()).toBe(0);
  },
);
