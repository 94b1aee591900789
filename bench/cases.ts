// What is measured: each case with its contenders, its load, and the goals that are set for us in it.
import path from 'node:path';
import process from 'node:process';
import {
  echo,
  kamailio,
  npmSip,
  ours,
  password,
  serve,
  untraced,
  userCount,
} from './contenders.ts';
import type { Contender } from './contenders.ts';
import { cache, root } from './peers.ts';
import type { Command } from './program.ts';
import { captureFile, captureMessages } from './trace/capture.ts';

/** What we want: at most so many times the CPU time of a peer. */
export interface Goal {
  readonly against: string;
  readonly atMost: number;
}

/** One line of the results: the same operation by several contenders, the first of them ours. */
export interface Case {
  readonly name: string;
  /** The word that chooses it on the command line. */
  readonly group: string;
  readonly title: string;
  readonly contenders: readonly Contender[];
  readonly goals: readonly Goal[];
  /** Arguments of the load generator besides place and time; without a load, the contender measures itself. */
  readonly load?: readonly string[];
  /** Where an operation is one of a stream: how many of them a second it has. */
  readonly perSecond?: number;
  /** Seconds of load before those that count, where more are needed than usual: the thread of traces gets warm slowly. */
  readonly warm?: number;
  /** True when a called phone stands behind the system. */
  readonly called?: boolean;
  /** Registers the called phone before the load, with its password. */
  readonly registered?: boolean;
}

const messages = {
  'OPTIONS, 339 bytes': 'options',
  'INVITE with SDP, 1174 bytes': 'invite',
  'proxied INVITE, 2328 bytes': 'proxied',
};

/** All cases, in the order in which they are measured and shown. */
export const cases: readonly Case[] = [
  ...Object.entries(messages).map(([title, message]): Case => ({
    name: `parse-${message}`,
    group: 'parse',
    title: `parse ${title}`,
    contenders: [parser('offhook', message), sofia(message), npmParser(message), bound(message)],
    goals: [
      { against: 'sofia-sip', atMost: 1 / 2 },
      { against: 'npm sip', atMost: 1 / 5 },
      { against: 'scanner', atMost: 2 },
    ],
  })),
  {
    name: 'forward',
    group: 'parse',
    title: 'parse and forward the proxied INVITE',
    contenders: [
      parser('offhook-forward', 'proxied', 'offhook'),
      parser('offhook-rebuild', 'proxied', 'every header rebuilt'),
    ],
    goals: [{ against: 'every header rebuilt', atMost: 1 / 4 }],
  },
  {
    name: 'options',
    group: 'options',
    title: 'OPTIONS answered by a user agent',
    contenders: [
      ours('offhook', 'phone.ts'),
      serve,
      kamailio('kamailio-proxy.cfg'),
      echo,
      npmSip('sip-phone.mjs'),
    ],
    goals: [
      { against: 'kamailio', atMost: 2 },
      { against: 'node echo', atMost: 1.5 },
      { against: 'npm sip', atMost: 1 / 5 },
    ],
    load: ['-m', 'options', '-w', '64'],
  },
  {
    name: 'uas',
    group: 'uas',
    title: 'call answered (INVITE 180 200 ACK BYE 200)',
    contenders: [ours('offhook', 'phone.ts'), npmSip('sip-phone.mjs')],
    goals: [{ against: 'npm sip', atMost: 1 / 2.5 }],
    load: ['-m', 'call', '-w', '50'],
  },
  {
    name: 'proxy',
    group: 'proxy',
    title: 'call through a stateful record-routing proxy',
    contenders: [
      ours('offhook', 'proxy.ts'),
      kamailio('kamailio-proxy.cfg'),
      npmSip('sip-proxy.mjs'),
    ],
    goals: [
      { against: 'kamailio', atMost: 1.5 },
      { against: 'npm sip', atMost: 1 / 4 },
    ],
    load: ['-m', 'call', '-w', '50'],
    called: true,
  },
  {
    name: 'server-call',
    group: 'proxy',
    title: 'call between registered users, INVITE proved by digest',
    contenders: [serve, kamailio('kamailio-server.cfg', ['WITH_AUTH'])],
    goals: [],
    load: ['-m', 'call', '-w', '50', '-a', password],
    called: true,
    registered: true,
  },
  {
    name: 'traces',
    group: 'traces',
    title: 'the same call 400 times a second, with its trace kept',
    contenders: [serve, untraced],
    goals: [{ against: untraced.name, atMost: 1.3 }],
    // As many as are traced whole: with more than a core can take, new calls are left untraced and cost less.
    load: ['-m', 'call', '-w', '50', '-a', password, '-r', '400'],
    warm: 10,
    called: true,
    registered: true,
  },
  {
    name: 'register-memory',
    group: 'register',
    title: 'REGISTER refreshed, location in memory',
    contenders: [
      ours('offhook', 'registrar.ts', ({ folder }) => [folder, 'memory']),
      kamailio('kamailio-server.cfg'),
    ],
    goals: [{ against: 'kamailio', atMost: 2 }],
    load: ['-m', 'register', '-w', '64', '-U', String(userCount)],
  },
  {
    name: 'register-durable',
    group: 'register',
    title: 'REGISTER refreshed, stored in SQLite before the 200',
    contenders: [
      ours('offhook', 'registrar.ts', ({ folder }) => [folder]),
      kamailio('kamailio-server.cfg', ['WITH_DATABASE']),
    ],
    goals: [{ against: 'kamailio, db_mode=1', atMost: 1.5 }],
    load: ['-m', 'register', '-w', '64', '-U', String(userCount)],
  },
  {
    name: 'register-digest',
    group: 'register',
    title: 'REGISTER by digest (401, 200), stored in SQLite',
    contenders: [serve, kamailio('kamailio-server.cfg', ['WITH_DATABASE', 'WITH_AUTH'])],
    goals: [{ against: 'kamailio, db_mode=1', atMost: 1.5 }],
    load: ['-m', 'register', '-w', '64', '-U', String(userCount), '-a', password],
  },
  {
    name: 'srtp',
    group: 'media',
    title: 'SRTP: 160 octets protected and opened again',
    contenders: [
      packets('offhook', 'offhook'),
      packets('node', 'node:crypto anew for each'),
      { ...packets('werift', 'werift'), needs: 'werift' },
      packets('offhook-gcm', 'offhook, AES-GCM'),
    ],
    goals: [
      { against: 'node:crypto anew for each', atMost: 1 / 2 },
      { against: 'werift', atMost: 1 / 6 },
    ],
  },
  {
    name: 'rtp',
    group: 'media',
    title: 'RTP: a packet heard and one sent, without sockets',
    contenders: [packets('stream', 'offhook'), packets('stream-srtp', 'offhook, with SRTP')],
    goals: [],
  },
  {
    name: 'relay',
    group: 'gateway',
    title: 'bridge: a packet passed on from telephone to telephone',
    contenders: [relay('embedded', 'plain', 200), relay('rtpengine', 'plain', 200)],
    goals: [{ against: 'rtpengine', atMost: 1.25 }],
    perSecond: 50,
  },
  {
    name: 'relay-many',
    group: 'gateway',
    title: 'bridge: the same with 350 calls',
    contenders: [relay('embedded', 'plain', 350), relay('rtpengine', 'plain', 350)],
    goals: [{ against: 'rtpengine', atMost: 1.25 }],
    perSecond: 50,
  },
  {
    name: 'relay-srtp',
    group: 'gateway',
    title: 'two bridges in a row with SRTP between them: a packet passed on',
    contenders: [relay('embedded', 'encrypted', 100), relay('rtpengine', 'encrypted', 100)],
    goals: [{ against: 'rtpengine', atMost: 1.25 }],
    perSecond: 50,
  },
  {
    name: 'transcode',
    group: 'gateway',
    title: 'a packet of 20 ms in another codec, without sockets',
    contenders: [
      transcode('opus', 'PCMU'),
      transcode('PCMU', 'opus'),
      transcode('G722', 'PCMU'),
      transcode('PCMU', 'G722'),
      transcode('opus', 'G722'),
      transcode('G722', 'opus'),
    ],
    goals: [],
    perSecond: 50,
  },
  {
    name: 'leg',
    group: 'gateway',
    title: 'a browser answered: ICE, DTLS, SRTP',
    contenders: [legs('embedded', 'offhook'), legs('werift', 'werift')],
    goals: [{ against: 'werift', atMost: 1 / 2 }],
  },
  {
    name: 'trace',
    group: 'trace',
    title: 'a SIP message read from a capture of 70 MB, with media beside it',
    contenders: [tracing('reader'), tracing('book'), tracing('tshark'), tracing('sngrep')],
    goals: [{ against: 'tshark', atMost: 1 / 3 }],
  },
];

function tracing(what: 'reader' | 'book' | 'tshark' | 'sngrep'): Contender {
  const names = {
    reader: 'offhook',
    book: 'offhook, sorted by call',
    tshark: 'tshark',
    sngrep: 'sngrep',
  };
  const program = path.join(root, 'bench/trace/read.ts');
  const command = (): Command => [
    ...[process.execPath, program, what, captureFile, String(captureMessages)],
  ];
  const name = names[what];
  return what === 'tshark' || what === 'sngrep'
    ? { name, command, needs: what }
    : { name, command };
}

/** How long a program of media measures, and before that gets warm; it does both itself. */
const relayTimes = ['4', '2'];

function relay(by: 'embedded' | 'rtpengine', way: 'plain' | 'encrypted', calls: number): Contender {
  const program = path.join(root, 'bench/gateway/relay.ts');
  const name = by === 'embedded' ? 'offhook' : by;
  const command = (): Command => [
    ...[process.execPath, program, by, way, String(calls)],
    ...relayTimes,
  ];
  return by === 'rtpengine' ? { name, command, needs: 'rtpengine' } : { name, command };
}

function transcode(from: string, to: string): Contender {
  const program = path.join(root, 'bench/gateway/transcode.ts');
  return {
    name: `offhook, ${from} to ${to}`,
    command: () => [process.execPath, program, from, to, '1.5'],
  };
}

function legs(by: 'embedded' | 'werift', name: string): Contender {
  const program = path.join(root, 'bench/gateway/legs.ts');
  // The far ends of both are those of werift.
  const needs = by === 'werift' ? 'werift' : 'a far end';
  return { name, needs, command: () => [process.execPath, program, by, '60', cache] };
}

function packets(what: string, name: string): Contender {
  const program = path.join(root, 'bench/media/packets.ts');
  return { name, command: () => [process.execPath, program, what, '1.5', cache] };
}

function parser(which: string, message: string, name: string = which): Contender {
  return { name, command: () => parseProgram(which, message) };
}

function npmParser(message: string): Contender {
  return {
    name: 'npm sip',
    needs: 'npm sip',
    command: () => [...parseProgram('sip', message), cache],
  };
}

function bound(message: string): Contender {
  return { name: 'scanner', needs: 'scanner', command: () => parseProgram('scanner', message) };
}

function sofia(message: string): Contender {
  return {
    name: 'sofia-sip',
    needs: 'sofia-sip',
    command: () => [path.join(cache, 'sofia'), messageFile(message), '1.5'],
  };
}

function parseProgram(which: string, message: string): Command {
  return [
    process.execPath,
    path.join(root, 'bench/parse/parse.ts'),
    which,
    messageFile(message),
    '1.5',
  ];
}

function messageFile(message: string): string {
  return path.join(root, `bench/parse/messages/${message}.sip`);
}
