// `offhook serve` as its users start it, without the record of each message that `--json` gives.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { offhook } from './offhook.ts';
import type { Program } from './program.ts';
import type { World } from './world.ts';

/** A server that writes no record, and its host:port. */
export interface QuietServer {
  readonly program: Program;
  readonly address: string;
}

/** Starts it with these users, each with the password `pw-NAME`. */
export async function quietServer(world: World, users: readonly string[]): Promise<QuietServer> {
  const [port, httpPort] = [await world.ports.take(), await world.ports.take()];
  const data = ['--data', path.join(world.folder, 'offhook')];
  for (const user of users) {
    const added = offhook(world, ['user', 'add', user, '--password', `pw-${user}`, ...data]);
    expect(await added.finished(20_000), added.tail()).toBe(0);
  }
  const ports = ['--sip-port', String(port), '--http-port', String(httpPort), '--stun-port', '0'];
  const program = offhook(world, ['serve', '--host', '127.0.0.1', ...ports, ...data]);
  await world.until('offhook to listen', () => program.output.includes(String(port)), 20_000);
  return { program, address: `127.0.0.1:${port}` };
}

/** Resident memory of a program, in MiB. */
export function residentMemory({ pid }: Program): number {
  const [, kib = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}
