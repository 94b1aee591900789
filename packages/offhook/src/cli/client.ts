// What the commands that make requests have in common: who they are, where they go, and on which transport.
import { createSocket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import type { Command } from 'commander';
import { Option } from 'commander';
import { secret, sipUriOf, UserAgent } from '@offhook/sip';
import type { MediaEngine, OutboundOptions, Tap, Transport } from '@offhook/sip';
import type { Negotiator } from '@offhook/sip/sdp';
import { nodeResolver, tcp, tls, udp, webSocketClient } from '@offhook/sip/node';
import { nameServers } from './argument.ts';
import { readAuthority } from './authority.ts';
import { misuse } from './failure.ts';
import { fileLogger } from './logger.ts';
import { passwordOption, readPassword } from './password.ts';
import { product } from './version.ts';

/** How requests travel. */
export type TransportName = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/** The options that they share. */
export interface ClientOptions {
  readonly user?: string;
  readonly password?: string;
  readonly server?: string;
  readonly transport?: TransportName;
  readonly host?: string;
  readonly ca?: string;
  readonly dns?: readonly string[];
  readonly log?: string;
  readonly json?: boolean;
}

/** Adds them to a command. */
export function withClientOptions(command: Command): Command {
  return command
    .option('--user <name>', 'who we are: a name, or name@domain (default: anonymous)')
    .addOption(passwordOption('for digest, when asked'))
    .option(
      '--server <uri>',
      'where requests go first: host:port, or ws://host:port/ or wss://… for WebSocket',
    )
    .addOption(
      new Option(
        '--transport <name>',
        'how they go (default: what --server or the address says, else udp)',
      ).choices(['udp', 'tcp', 'tls', 'ws', 'wss']),
    )
    .option(
      '--ca <file>',
      'whom to trust over TLS: a PEM file of authorities, or of a self-signed server (default: the system’s)',
    )
    .option(
      '--dns <servers>',
      'name servers to ask, as 127.0.0.1:5353,… (default: the system’s)',
      nameServers,
    )
    .option('--host <address>', 'our own address (default: the one that leads to the server)')
    .option('--log <file>', 'append log lines to this file, as JSON')
    .option('--json', 'print one JSON object for each event');
}

/** Where a client stands: its own address, and what it is made of. */
export interface Client {
  /** Our own numeric address. */
  readonly host: string;
  readonly transport: TransportName;
  readonly agent: <Media extends Negotiator>(
    media: MediaEngine<Media>,
    tap: Tap,
  ) => UserAgent<Media>;
}

/** Works out addresses and transport for a command that goes to `target`, and refuses what cannot be. */
export async function clientFor(
  target: string,
  options: ClientOptions,
  outbound?: OutboundOptions,
): Promise<Client> {
  const uri = sipUriOf(target);
  const server = options.server === undefined ? undefined : readServer(options.server);
  const hop = server?.hop ?? uri;
  const transport = transportOf(options.transport, server, hop);
  if (options.host !== undefined && isIP(options.host) === 0) {
    throw misuse(
      `--host takes an address, not ${options.host}`,
      'Leave it out, or give an address of this machine',
    );
  }
  const host = options.host ?? (await localAddressTowards(hop.host));
  const password = await readPassword(options.password);
  const aor = aorOf(options.user, uri.host);
  const log = fileLogger(options.log);
  const ca = readAuthority(options.ca);
  return {
    host,
    transport,
    agent: (media, tap) =>
      new UserAgent({
        account: {
          aor,
          ...(password === undefined ? {} : { password: secret(password) }),
        },
        transports: transportsFor(transport, { host, hop, url: server?.url, ca }),
        media,
        ...(server === undefined ? {} : { server: serverUri(hop, transport) }),
        ...(outbound === undefined ? {} : { outbound }),
        product,
        resolver: nodeResolver({ servers: options.dns }),
        log,
        tap,
      }),
  };
}

type Hop = ReturnType<typeof sipUriOf>;

interface ServerPlace {
  readonly hop: Hop;
  /** The URL of a WebSocket. */
  readonly url: string | undefined;
}

function readServer(text: string): ServerPlace {
  if (!/^wss?:/i.test(text))
    return { hop: sipUriOf(/^sips?:/i.test(text) ? text : `sip:${text}`), url: undefined };
  if (!URL.canParse(text))
    throw misuse(`Not a WebSocket address: ${text}`, '--server ws://127.0.0.1:8080/');
  const { hostname, port, protocol } = new URL(text);
  return {
    hop: sipUriOf(`sip:${hostname}:${port === '' ? (protocol === 'wss:' ? 443 : 80) : port}`),
    url: text,
  };
}

// What was asked for goes before what the addresses say, and both must not differ.
function transportOf(
  asked: TransportName | undefined,
  server: ServerPlace | undefined,
  { scheme, parameters }: Hop,
): TransportName {
  if (server?.url !== undefined) {
    const kind = /^wss:/i.test(server.url) ? 'wss' : 'ws';
    if (asked === undefined || asked === kind) return kind;
    throw misuse(
      `--server ${server.url} is a WebSocket${kind === 'wss' ? ' over TLS' : ''}, and --transport says ${asked}`,
      'Leave --transport out',
    );
  }
  const said = parameters.get('transport')?.toLowerCase();
  if (scheme === 'sips') return secureTransport(asked, said);
  if (asked !== undefined) return asked;
  return said === 'tcp' || said === 'tls' || said === 'ws' || said === 'wss' ? said : 'udp';
}

// RFC 3261 §19.1: sips is TLS all the way; RFC 7118 §5.2: `ws` stands for both.
function secureTransport(
  asked: TransportName | undefined,
  said: string | undefined,
): TransportName {
  const kind = asked ?? (said === 'ws' || said === 'wss' ? 'wss' : 'tls');
  if (kind === 'tls' || kind === 'wss') return kind;
  throw misuse(
    `A sips address goes by TLS, and --transport says ${kind}`,
    'Leave --transport out, or call the sip address',
  );
}

interface Way {
  readonly host: string;
  readonly hop: Hop;
  readonly url: string | undefined;
  readonly ca: string | undefined;
}

// Only the transport that was asked for, so that what happens is what was asked.
function transportsFor(
  transport: TransportName,
  { host, hop, url, ca }: Way,
): readonly Transport[] {
  const at = inUrl(hop.host);
  switch (transport) {
    case 'udp':
      return [udp({ host, port: 0 })];
    case 'tcp':
      return [tcp({ host, port: 0 })];
    case 'tls':
      return [tls({ host, accept: false, ca })];
    case 'ws':
      return [webSocketClient({ url: url ?? `ws://${at}:${hop.port ?? 8080}/` })];
    case 'wss':
      return [webSocketClient({ url: url ?? `wss://${at}:${hop.port ?? 8443}/`, ca })];
  }
}

function serverUri({ scheme, host, port }: Hop, transport: TransportName): string {
  const where = port === undefined ? inUrl(host) : `${inUrl(host)}:${port}`;
  if (scheme === 'sips') return `sips:${where}`;
  return `sip:${where};transport=${transport}`;
}

/** The address of record that `--user` means; `domain` completes a bare name. */
export function aorOf(user: string | undefined, domain: string): string {
  if (user === undefined) return `sip:anonymous@anonymous.invalid`;
  if (/^sips?:/i.test(user)) return user;
  return user.includes('@') ? `sip:${user}` : `sip:${user}@${inUrl(domain)}`;
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

// Connecting a UDP socket sends nothing, but makes the kernel choose the address that leads there. A name is not asked
// for here, since its servers may be others (RFC 3263): the way to an address for documentation (RFC 5737) is the default way.
function localAddressTowards(host: string): Promise<string> {
  const isNumeric = isIP(host) !== 0;
  if (!isNumeric && /^localhost$/i.test(host)) return Promise.resolve('127.0.0.1');
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const fail = (error: Error): void => {
      socket.close();
      if (isNumeric) reject(error);
      else resolve('127.0.0.1');
    };
    socket.once('error', fail);
    socket.connect(9, isNumeric ? host : '192.0.2.1', () => {
      const { address } = socket.address();
      socket.close();
      resolve(address);
    });
  });
}
