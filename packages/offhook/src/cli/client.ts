// What the commands that make requests have in common: who they are, where they go, and on which transport.
import { networkInterfaces } from 'node:os';
import { isIP } from 'node:net';
import type { Command } from 'commander';
import { Option } from 'commander';
import { secret, sipUriOf, UserAgent } from '@offhook/sip';
import type { MediaEngine, Tap, Transport } from '@offhook/sip';
import type { Negotiator } from '@offhook/sip/sdp';
import { nodeResolver, tcp, udp, webSocketClient } from '@offhook/sip/node';
import { fileLogger } from './logger.ts';
import { product } from './version.ts';
import { exitStatus, Failure } from './failure.ts';

/** The options that they share. */
export interface ClientOptions {
  readonly user?: string;
  readonly password?: string;
  readonly server?: string;
  readonly transport: 'udp' | 'tcp' | 'ws';
  readonly host?: string;
  readonly log?: string;
  readonly json?: boolean;
}

/** Adds them to a command. */
export function withClientOptions(command: Command): Command {
  return command
    .option('--user <name>', 'who we are: a name, or sip:name@domain (default: anonymous)')
    .option('--password <password>', 'for digest, when asked')
    .option('--server <uri>', 'where requests go first: sip:host:port, or ws://host:port/ for WebSocket')
    .addOption(new Option('--transport <name>', 'how they go').choices(['udp', 'tcp', 'ws']).default('udp'))
    .option('--host <address>', 'our own address (default: the one that leads to the server)')
    .option('--log <file>', 'append log lines to this file, as JSON')
    .option('--json', 'print one JSON object for each event');
}

/** Where a client stands: its own address, and what it was asked to do. */
export interface Client {
  /** Our own numeric address. */
  readonly host: string;
  readonly agent: <Media extends Negotiator>(media: MediaEngine<Media>, tap: Tap) => UserAgent<Media>;
}

/** Works out addresses and transport for a command that goes to `target`. */
export function clientFor(target: string, options: ClientOptions): Client {
  const uri = sipUriOf(target);
  const hop = options.server === undefined ? uri : sipUriOf(sipServer(options.server));
  const host = options.host ?? localAddressTowards(hop.host);
  if (isIP(host) === 0) {
    throw new Failure(`--host takes an address, not ${host}`, { code: 'OFFHOOK_USAGE', status: exitStatus.usage });
  }
  const server = serverUri(options, hop);
  return {
    host,
    agent: (media, tap) =>
      new UserAgent({
        account: {
          aor: aorOf(options.user, uri.host),
          ...(options.password === undefined ? {} : { password: secret(options.password) }),
        },
        transports: transportsFor(options, host, hop),
        media,
        ...(server === undefined ? {} : { server }),
        product,
        resolver: nodeResolver(),
        log: fileLogger(options.log),
        tap,
      }),
  };
}

type Hop = ReturnType<typeof sipUriOf>;

// Only the transport that was asked for, so that what happens is what was asked.
function transportsFor({ transport, server }: ClientOptions, host: string, hop: Hop): readonly Transport[] {
  switch (transport) {
    case 'udp':
      return [udp({ host, port: 0 })];
    case 'tcp':
      return [tcp({ host, port: 0 })];
    case 'ws': {
      const url = server !== undefined && /^wss?:/i.test(server) ? server : `ws://${inUrl(hop.host)}:${hop.port ?? 8080}/`;
      return [webSocketClient({ url })];
    }
  }
}

function serverUri({ transport, server }: ClientOptions, hop: Hop): string | undefined {
  if (server === undefined) return undefined;
  const port = hop.port === undefined ? '' : `:${hop.port}`;
  return `sip:${inUrl(hop.host)}${port};transport=${transport}`;
}

function sipServer(server: string): string {
  return server.replace(/^wss?:\/\//i, 'sip:').replace(/\/.*$/, '').replace(/^(?!sips?:)/i, 'sip:');
}

function aorOf(user: string | undefined, domain: string): string {
  if (user === undefined) return `sip:anonymous@anonymous.invalid`;
  return /^sips?:/i.test(user) ? user : user.includes('@') ? `sip:${user}` : `sip:${user}@${inUrl(domain)}`;
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

// Loopback reaches loopback only; for anything else the first outward address, since one cannot be asked for without sending.
function localAddressTowards(host: string): string {
  if (host === '::1') return '::1';
  if (host === 'localhost' || host.startsWith('127.')) return '127.0.0.1';
  const family = host.includes(':') ? 'IPv6' : 'IPv4';
  const outward = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === family && !address.internal);
  return outward?.address ?? '127.0.0.1';
}
