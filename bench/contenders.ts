// Those that are measured: how each is started, ours and the peers.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import process from 'node:process';
import { cache, root } from './peers.ts';
import type { Command } from './program.ts';

/** Where a contender serves, and a folder that is its own and empty. */
export interface Place {
  readonly port: number;
  readonly otherPort: number;
  readonly folder: string;
}

/** Somebody who is measured. */
export interface Contender {
  /** As in the tables; ours begin with `offhook`. */
  readonly name: string;
  /** The name in `Peers.versions` of what it needs; nothing for our own. */
  readonly needs?: string;
  readonly command: (place: Place) => Command;
}

/** How many users the registrars have. */
export const userCount = 10_000;

/** The password of each. */
export const password = 'benchpass';

/** Name of a user, as the load generator counts them. */
export function userName(number: number): string {
  return `u${String(number).padStart(7, '0')}`;
}

/** One of our programs in `bench/sut`. */
export function ours(
  name: string,
  program: string,
  more: (place: Place) => readonly string[] = () => [],
): Contender {
  const file = path.join(root, 'bench/sut', program);
  return { name, command: (place) => [process.execPath, file, String(place.port), ...more(place)] };
}

/** The whole system, as users start it, with all users in its database. */
export const serve: Contender = system('offhook serve');

/** The same without the traces that it keeps of each call. */
export const untraced: Contender = system('offhook serve --no-trace', '--no-trace');

function system(name: string, ...more: readonly string[]): Contender {
  return {
    name,
    command: ({ port, otherPort, folder }) => {
      cpSync(usersFolder, folder, { recursive: true });
      const ports = ['--sip-port', String(port), '--http-port', String(otherPort)];
      return [
        process.execPath,
        path.join(root, 'packages/offhook/bin/offhook.js'),
        ...['serve', ...ports, '--stun-port', '0', '--data', folder, '--quiet', ...more],
      ];
    },
  };
}

/** A data folder with the users, copied for each start of `serve`. */
export const usersFolder: string = path.join(cache, `users-${userCount}`);

/** Datagrams sent back as they came: the floor of Node.js. */
export const echo: Contender = { ...ours('node echo', 'echo.ts'), needs: 'node echo' };

/** npm `sip`, one of the programs in `bench/peer`. */
export function npmSip(program: string): Contender {
  return {
    name: 'npm sip',
    needs: 'npm sip',
    command: ({ port }) => [
      process.execPath,
      path.join(root, 'bench/peer', program),
      String(port),
      cache,
    ],
  };
}

/** Kamailio with one worker. Debian's own choice of allocator makes it ten times slower, so it gets its fast one. */
export function kamailio(file: string, defines: readonly string[] = []): Contender {
  const stores = defines.includes('WITH_DATABASE');
  return {
    name: stores ? 'kamailio, db_mode=1' : 'kamailio',
    needs: stores ? 'kamailio with sqlite' : 'kamailio',
    command: ({ port, folder }) => {
      mkdirSync(folder, { recursive: true });
      const database = path.join(folder, 'kamailio.sqlite');
      if (stores) makeDatabase(database);
      const config = path.join(folder, 'kamailio.cfg');
      const text = readFileSync(path.join(root, 'bench/peer', file), 'utf8');
      writeFileSync(
        config,
        text.replaceAll('@PORT@', String(port)).replaceAll('@DATABASE@', database),
      );
      return [
        ...[
          'kamailio',
          '-f',
          config,
          '-x',
          'tlsf',
          '-X',
          'tlsf',
          '-DD',
          '-E',
          '-n',
          '1',
          '-m',
          '2048',
          '-M',
          '64',
        ],
        ...['-P', path.join(folder, 'pid'), '-Y', folder, '-w', folder],
        ...defines.flatMap((define) => ['-A', define]),
      ];
    },
  };
}

function makeDatabase(file: string): void {
  if (existsSync(file)) return;
  const database = new DatabaseSync(file);
  for (const part of ['standard', 'usrloc']) {
    database.exec(readFileSync(`/usr/share/kamailio/db_sqlite/${part}-create.sql`, 'utf8'));
  }
  database.close();
}
