// Where one capture is made: a network of its own with several addresses, the programs in it, and what is lost on the way.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { tone, writeMulaw } from '../peers/audio.ts';
import { Program } from '../peers/program.ts';
import { pause } from '../peers/world.ts';
import type { World } from '../peers/world.ts';

/** The addresses that every capture has, all of them public as far as the programs know (RFC 5737). */
export const address = {
  alice: '203.0.113.10',
  bob: '203.0.113.20',
  carol: '203.0.113.30',
  proxy: '203.0.113.1',
  other: '203.0.113.2',
  /** An address where nobody is, and that says nothing. */
  nobody: '203.0.113.99',
} as const;

/** The tone that everybody plays, in hertz: it repeats every 16 samples, so that captures of it are small. */
export const hertz = 500;

/** How a SIPp is run. */
export interface Talk {
  readonly host: string;
  readonly port?: number;
  /** The text of the scenario (scenario.ts). */
  readonly scenario: string;
  /** host:port; absent: it waits to be called. */
  readonly target?: string;
  readonly transport?: 'udp' | 'tcp';
  /** Where it wants its media. */
  readonly media?: number;
  /** Sends back what it hears. */
  readonly echo?: boolean;
  /** Credentials for challenges. */
  readonly user?: string;
  readonly password?: string;
  /** It ends badly on purpose. */
  readonly fails?: boolean;
  readonly more?: readonly string[];
}

/** A running SIPp. */
export interface Talking {
  /** Waits for its end; fails when it was to end well and did not. */
  done(seconds?: number): Promise<void>;
}

/** The network of one capture. It must run in a network namespace of its own. */
export class Lab {
  readonly world: World;
  #talks = 0;

  constructor(world: World, hosts: readonly string[]) {
    this.world = world;
    this.#network(hosts);
    writeMulaw(path.join(world.folder, 'tone.ul'), tone(hertz, 4));
  }

  /** Runs a SIPp for one call. */
  sipp(talk: Talk): Talking {
    this.#talks += 1;
    const { host, port = 5060, target, user, password = '', media = 40_000 } = talk;
    const name = path.join(this.world.folder, `talk-${this.#talks}`);
    writeFileSync(`${name}.xml`, talk.scenario);
    const flags = [
      ['-sf', `${name}.xml`, '-i', host, '-mi', host, '-p', String(port), '-mp', String(media)],
      ['-t', talk.transport === 'tcp' ? 't1' : 'u1', '-nostdin', '-m', '1'],
      // What a scenario does not wait for is left alone.
      ['-default_behaviors', 'none'],
      ['-trace_err', '-error_file', `${name}.errors`],
      user === undefined ? [] : ['-au', user, '-ap', password],
      talk.echo === true ? ['-rtp_echo'] : [],
      talk.more ?? [],
      target === undefined ? [] : [target],
    ];
    const program = new Program(this.world, 'sipp', flags.flat(), {
      env: { TERM: 'dumb' },
      patience: 500,
    });
    return {
      async done(seconds = 140) {
        const status = await program.finished(seconds * 1000);
        // Over TCP it takes the other side's closing at the end for a failure.
        if (status !== 0 && talk.fails !== true && talk.transport !== 'tcp')
          throw new Error(
            `SIPp at ${host} ended with ${status}:\n${errors(name)}\n${program.output.slice(0, 500)}`,
          );
      },
    };
  }

  /** Runs the two sides of a call and waits until both are done. */
  async call(callee: Talk, caller: Talk): Promise<void> {
    const called = this.sipp(callee);
    await pause(300);
    await Promise.all([this.sipp(caller).done(), called.done()]);
  }

  /** What matches these words of iptables is sent but arrives nowhere; the capture does not see it. */
  lose(...match: readonly string[]): void {
    run('iptables', ['-t', 'mangle', '-A', 'OUTPUT', ...match, '-j', 'MARK', '--set-mark', '7']);
  }

  /** What matches is on the wire, and the capture sees it, but the program does not get it. */
  deafen(...match: readonly string[]): void {
    run('iptables', ['-A', 'INPUT', ...match, '-j', 'DROP']);
  }

  /** Takes `lose` or `deafen` back. */
  clear(): void {
    run('iptables', ['-t', 'mangle', '-F']);
    run('iptables', ['-F']);
  }

  /** Does it after so many milliseconds, unless the capture is over by then. */
  later(milliseconds: number, act: () => void): void {
    const timer = setTimeout(act, milliseconds);
    this.world.own({
      close: () => {
        clearTimeout(timer);
      },
    });
  }

  /** Gives this machine further addresses of IPv6. */
  addresses(...hosts: readonly string[]): void {
    for (const host of hosts)
      run('ip', ['-6', 'addr', 'add', `${host}/128`, 'dev', 'house', 'nodad']);
  }

  /** Runs a program of the system to its end. */
  command(name: string, ...words: readonly string[]): string {
    return run(name, words);
  }

  #network(hosts: readonly string[]): void {
    run('ip', ['link', 'set', 'lo', 'up']);
    // On an interface that is not loopback, which ICE would leave out; what they send each other goes by lo all the same.
    run('ip', ['link', 'add', 'house', 'type', 'veth', 'peer', 'name', 'house-end']);
    for (const end of ['house', 'house-end']) run('ip', ['link', 'set', end, 'up']);
    for (const host of hosts) run('ip', ['addr', 'add', `${host}/32`, 'dev', 'house']);
    // A program that does not bind its media to an address has the one of its user.
    for (const host of hosts) {
      const table = String(userOf(host));
      run('ip', ['rule', 'add', 'pref', '60', 'uidrange', `${table}-${table}`, 'lookup', table]);
      const routes = [['local', '127.0.0.0/8'], ['local', '203.0.113.0/24'], ['default']];
      for (const [at, route] of routes.entries()) {
        const source = at === 0 ? [] : ['src', host];
        run('ip', ['route', 'add', 'table', table, ...route, 'dev', 'lo', ...source]);
      }
    }
    // What goes to nobody leaves, is seen, and is never heard of again.
    run('ip', ['route', 'add', 'default', 'dev', 'lo']);
    run('ip', ['link', 'add', 'void', 'type', 'veth', 'peer', 'name', 'void-end']);
    run('ip', ['link', 'set', 'void', 'up', 'arp', 'off']);
    run('ip', ['link', 'set', 'void-end', 'up']);
    run('ip', ['rule', 'add', 'pref', '50', 'fwmark', '7', 'lookup', '7']);
    run('ip', ['rule', 'add', 'pref', '100', 'lookup', 'local']);
    run('ip', ['rule', 'del', 'pref', '0']);
    run('ip', ['route', 'add', 'default', 'dev', 'void', 'table', '7']);
  }
}

/** The number of the user as whom programs at this address run that cannot be told where to bind their media. */
export function userOf(host: string): number {
  return 20_000 + Number(host.split('.').at(-1));
}

/** Words of iptables for a UDP packet that has this text in it. */
export function carrying(text: string): readonly string[] {
  return ['-p', 'udp', '-m', 'string', '--algo', 'bm', '--string', text];
}

function run(name: string, words: readonly string[]): string {
  return execFileSync(name, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function errors(name: string): string {
  try {
    return run('tail', ['-c', '1500', `${name}.errors`]);
  } catch {
    return '';
  }
}
