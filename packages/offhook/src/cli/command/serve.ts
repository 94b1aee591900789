// `offhook serve`: starts the telephone system and tells of each call.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { MediaPolicy } from '../../server/gateway/media-policy.ts';
import { startServer } from '../../server/server.ts';
import type { Logger } from '@offhook/sip';
import type { BridgeEngine } from '../../media/bridge.ts';
import { rtpengineBridge } from '../../media/rtpengine/engine.ts';
import type { Listening, Server } from '../../server/server.ts';
import type { ListeningTls } from '../../server/tls-service.ts';
import type { TraceWish } from '../../server/trace-service.ts';
import type { UdpAddress } from '../../server/trace/messages.ts';
import { isSipUri, serviceRoute } from '@offhook/sip/message';
import type { NameAddress } from '@offhook/sip/message';
import type { CertificateFiles } from '@offhook/sip/node';
import {
  daysNumber,
  megabytesNumber,
  nameServers,
  pageAddress,
  portNumber,
  turnServers,
  udpAddress,
  webOrigins,
} from '../argument.ts';
import { readAuthority } from '../authority.ts';
import { misuse } from '../failure.ts';
import { fileLogger } from '../logger.ts';
import { mediaChoice } from '../media-choice.ts';
import type { MediaChoice } from '../media-choice.ts';
import { output, shown } from '../output.ts';
import type { Output } from '../output.ts';
import { stopped } from '../signal.ts';
import { readTurnSecret } from '../turn-secret.ts';
import { tellStory } from '../story.ts';
import { product } from '../version.ts';

interface ServeOptions {
  readonly host: string;
  readonly sipPort: number;
  readonly httpPort: number;
  readonly stunPort?: number;
  readonly turn?: readonly string[];
  readonly media?: MediaChoice;
  readonly mediaPolicy?: MediaPolicy;
  readonly turnSecret?: string;
  readonly tlsPort?: number;
  readonly httpsPort?: number;
  readonly origin?: readonly string[];
  readonly pageUrl?: string;
  readonly pushService?: readonly string[];
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly ca?: string;
  readonly dns?: readonly string[];
  readonly data: string;
  readonly domain?: string;
  readonly serviceRoute?: string;
  readonly trace: boolean;
  readonly traceDays: number;
  readonly traceSize: number;
  readonly hep?: UdpAddress;
  readonly hepListen?: UdpAddress;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly log?: string;
  readonly json?: boolean;
}

/** Where data is kept unless --data says otherwise. */
export const defaultFolder: string = process.env['OFFHOOK_DATA'] ?? join(homedir(), '.offhook');

/** Adds the command. */
export function addServe(program: Command): void {
  program
    .command('serve')
    .description(
      'start the telephone system: registrar, proxy, and the built-in peers echo and bob',
    )
    .option('--host <address>', 'address to listen on; 0.0.0.0 for every interface', '127.0.0.1')
    .option(
      '--sip-port <port>',
      'port for SIP over UDP and TCP; the next free one when it is in use',
      portNumber,
      5060,
    )
    .option(
      '--http-port <port>',
      'port for the phone page and SIP over WebSocket; the next free one when it is in use',
      portNumber,
      8080,
    )
    .option(
      '--tls-port <port>',
      'port for SIP over TLS (default: the one after that of SIP)',
      portNumber,
    )
    .option(
      '--https-port <port>',
      'port for HTTPS and SIP over WebSocket and TLS (default: 8443, or any when --http-port is 0)',
      portNumber,
    )
    .option(
      '--origin <origins>',
      'other sites whose pages may open a WebSocket here: https://shop.example,…',
      webOrigins,
    )
    .option(
      '--page-url <url>',
      'where browsers find the page when a proxy on this machine stands before us: https://phone.example.com/',
      pageAddress,
    )
    .option(
      '--push-service <origins>',
      'push services besides those of the browsers’ makers: https://push.example.com,…',
      webOrigins,
    )
    .option(
      '--tls-cert <file>',
      'our certificate and those that lead to its authority, as PEM (default: one signed by itself)',
    )
    .option('--tls-key <file>', 'the private key of --tls-cert, as PEM')
    .option(
      '--ca <file>',
      'whom to trust over TLS when we connect, or a client shows a certificate (default: the system’s)',
    )
    .option(
      '--stun-port <port>',
      'port for STUN over UDP; the next free one when it is in use (default: 3478, or any when --sip-port is 0)',
      portNumber,
    )
    .option(
      '--media <engine>',
      'what joins browsers and desk phones: embedded, or rtpengine=udp:127.0.0.1:22222,… beside us (default: embedded)',
      mediaChoice,
    )
    .addOption(
      new Option(
        '--media-policy <policy>',
        'who brings the media of phones alike: direct, they do; anchor, we do; auto, we do behind a NAT (default: auto)',
      ).choices(['direct', 'auto', 'anchor']),
    )
    .option(
      '--turn <servers>',
      'TURN servers that phones are told of: turn:turn.example.com:3478?transport=udp,…',
      turnServers,
    )
    .option(
      '--turn-secret <file>',
      'holds the secret that we share with them (coturn: static-auth-secret); or OFFHOOK_TURN_SECRET does',
    )
    .option(
      '--dns <servers>',
      'name servers to ask, as 127.0.0.1:5353,… (default: the system’s)',
      nameServers,
    )
    .option('--data <folder>', 'where users and registrations are kept', defaultFolder)
    .option('--domain <name>', 'our domain and the realm of its users (default: the host)')
    .option(
      '--service-route <routes>',
      'what users are told to send their requests by: <sip:edge.example.com;lr>',
    )
    .option('--no-trace', 'keep no traces of calls')
    .option('--trace-days <n>', 'how long traces of calls are kept', daysNumber, 7)
    .option(
      '--trace-size <megabytes>',
      'how much room they may take; the oldest go first',
      megabytesNumber,
      500,
    )
    .option(
      '--hep <collector>',
      'send each message to a HEP collector such as Homer or sngrep: udp:127.0.0.1:9060',
      udpAddress,
    )
    .option(
      '--hep-listen <address>',
      'take what other servers see by HEP, as UDP: 127.0.0.1:9061',
      udpAddress,
    )
    .option('--quiet', 'do not print calls')
    .option('--verbose', 'print everything: timers, registrations, strays')
    .option('--log <file>', 'append log lines to this file, as JSON')
    .option('--json', 'print one JSON object for each event')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const domain = domainOf(options);
  const out = output(options.json ?? false);
  const detail = options.quiet === true ? 'none' : options.verbose === true ? 'full' : 'normal';
  const log = fileLogger(options.log);
  const story = tellStory(out, detail, { late: detail !== 'full' });
  const signal = stopped();
  const server = await startServer({
    host: options.host,
    sipPort: options.sipPort,
    httpPort: options.httpPort,
    tls: {
      port: options.tlsPort,
      httpsPort: options.httpsPort ?? (options.httpPort === 0 ? 0 : 8443),
      files: certificateFiles(options),
      ca: readAuthority(options.ca),
    },
    push: { services: options.pushService ?? [] },
    web: { origins: options.origin ?? [], pageUrl: options.pageUrl, product },
    ice: {
      stunPort: stunPortOf(options),
      turn: options.turn ?? [],
      turnSecret: readTurnSecret(options.turnSecret),
    },
    ...bridgeOf(options, log),
    mediaPolicy: options.mediaPolicy,
    domain,
    nameServers: options.dns,
    serviceRoute: serviceRouteOf(options),
    folder: options.data,
    traces: tracesOf(options),
    log,
    tap: story.tap,
  });
  process.on('SIGHUP', () => void server.renewCertificate());
  story.settle();
  tellListening(out, server.listening, options);
  log.info('Listening', { ...server.listening });
  await untilOver(server, { out, signal: await signal, settle: () => story.settle() });
  story.finish();
  log.info('Stopped');
  out.event('stopped', {}, 'Stopped.');
}

// The embedded engine is the system's own affair.
function bridgeOf(
  { media }: ServeOptions,
  log: Logger,
): { readonly bridge?: BridgeEngine | undefined } {
  if (media === undefined || media.engine === 'embedded') return {};
  return { bridge: rtpengineBridge({ ...media, log }) };
}

function tracesOf(options: ServeOptions): TraceWish | undefined {
  const { trace, traceDays, traceSize, hep: collector, hepListen: listen } = options;
  if (trace)
    return {
      limits: { age: traceDays * 86_400_000, size: traceSize * 1_000_000 },
      hep: { collector, listen },
    };
  if (collector === undefined && listen === undefined) return undefined;
  throw misuse(
    `${collector === undefined ? '--hep-listen' : '--hep'} is of no use with --no-trace`,
    'leave one of them out',
  );
}

function stunPortOf({ stunPort, sipPort }: ServeOptions): number {
  return stunPort ?? (sipPort === 0 ? 0 : 3478);
}

function serviceRouteOf({ serviceRoute: wanted }: ServeOptions): string | undefined {
  if (wanted === undefined) return undefined;
  const read = serviceRoute.parse([wanted]);
  const isLoose = ({ uri }: NameAddress): boolean => isSipUri(uri) && uri.parameters.has('lr');
  if (read.ok && read.value.length > 0 && read.value.every(isLoose)) return wanted;
  throw misuse(
    `--service-route takes SIP addresses with lr, not ${wanted}`,
    "offhook serve --service-route '<sip:edge.example.com;lr>'",
  );
}

function domainOf({ host, domain }: ServeOptions): string {
  if (isIP(host) === 0) {
    throw misuse(
      `--host takes an address, not ${host}`,
      'offhook serve --host 127.0.0.1, or 0.0.0.0 for every interface',
    );
  }
  if (domain === undefined) return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const name = domain.startsWith('[') && domain.endsWith(']') ? domain.slice(1, -1) : domain;
  if (
    isIP(name) !== 0 ||
    /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(name)
  )
    return name;
  throw misuse(
    `--domain takes a host name or an address, not ${domain}`,
    'offhook serve --domain example.com',
  );
}

function certificateFiles({ tlsCert, tlsKey }: ServeOptions): CertificateFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert !== undefined && tlsKey !== undefined) return { cert: tlsCert, key: tlsKey };
  throw misuse(
    `--tls-${tlsCert === undefined ? 'key' : 'cert'} is of no use without --tls-${tlsCert === undefined ? 'cert' : 'key'}`,
    'offhook serve --tls-cert fullchain.pem --tls-key privkey.pem',
  );
}

function tellListening(out: Output, listening: Listening, asked: ServeOptions): void {
  const { host, sipPort, httpPort, stunPort, tls, page, domain, folder } = listening;
  const hostShown = host.includes(':') ? `[${host}]` : host;
  // A phone here needs an address that leads here, whatever the domain is called.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const at = reachable.includes(':') ? `[${reachable}]` : reachable;
  const port = sipPort === 5060 ? '' : `:${sipPort}`;
  const sipMoved = asked.sipPort !== 0 && sipPort !== asked.sipPort;
  const httpMoved = asked.httpPort !== 0 && httpPort !== asked.httpPort;
  const stunAsked = stunPortOf(asked);
  const stunMoved = stunAsked !== 0 && stunPort !== stunAsked;
  const data = folder === defaultFolder ? '' : ` --data ${folder}`;
  out.event(
    'listening',
    {
      page,
      host,
      sipPort,
      httpPort,
      stunPort,
      ...(tls.kind === 'none'
        ? { noTls: tls.reason }
        : {
            tlsPort: tls.port,
            httpsPort: tls.httpsPort,
            certificate: tls.kind,
            certificateFile: tls.certificateFile,
          }),
      domain,
      data: folder,
      ...(sipMoved ? { sipPortInUse: asked.sipPort } : {}),
      ...(httpMoved ? { httpPortInUse: asked.httpPort } : {}),
      ...(stunMoved ? { stunPortInUse: stunAsked } : {}),
    },
    [
      `${product} is up.`,
      '',
      `  Phone      ${page}`,
      `             ${listening.isOpen ? 'open it in a browser: it is ready to call' : `for who has a link: npx offhook user link alice${shown(data)}`}`,
      '',
      ...(httpMoved ? [`  Port ${asked.httpPort} is in use: the page is on ${httpPort}.`] : []),
      ...(sipMoved ? [`  Port ${asked.sipPort} is in use: SIP is on ${sipPort}.`] : []),
      ...(stunMoved ? [`  Port ${stunAsked} is in use: STUN is on ${stunPort}.`] : []),
      ...(httpMoved || sipMoved || stunMoved ? [''] : []),
      `  SIP        ${hostShown}:${sipPort}  (UDP and TCP)`,
      `  WebSocket  ws://${hostShown}:${httpPort}/`,
      ...tlsWords(tls, hostShown),
      `  STUN       ${hostShown}:${stunPort}  (UDP)`,
      `  Domain     ${domain}`,
      `  Data       ${shown(folder)}`,
      '',
      `  Call       sip:echo@${at}${port}   sends your voice back`,
      `             sip:bob@${at}${port}    answers and speaks; key 1 holds you a moment, 2 hangs up`,
      `  Add users  npx offhook user add alice${shown(data)}`,
      '',
      asked.quiet === true
        ? '  Ctrl+C ends it.'
        : '  Each call is told below: T transactions, D dialogs, S sessions. Ctrl+C ends it.',
      '',
    ].join('\n'),
  );
}

function tlsWords(tls: ListeningTls, host: string): readonly string[] {
  if (tls.kind === 'none')
    return [`  TLS        off: ${shown(tls.reason)} (--tls-cert and --tls-key give a certificate)`];
  const trust =
    tls.kind === 'given' ? '' : `; clients trust it by --ca ${shown(tls.certificateFile)}`;
  return [
    `  TLS        ${host}:${tls.port} and https://${host}:${tls.httpsPort}/  (${tls.kind === 'given' ? 'your certificate' : 'self-signed'}${trust})`,
  ];
}

interface Ending {
  readonly out: Output;
  readonly signal: NodeJS.Signals;
  readonly settle: () => void;
}

/** Resolves once the system is closed. A person at the keyboard does not wait; a supervisor gives calls their time. */
async function untilOver(server: Server, { out, signal, settle }: Ending): Promise<void> {
  const { calls } = server;
  settle();
  out.event('draining', { signal, calls }, `\nStopping: no new calls; ${calls} in progress.`);
  if (signal === 'SIGTERM') await server.drain();
  await server.close();
}
