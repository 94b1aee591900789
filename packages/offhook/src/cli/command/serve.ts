// `offhook serve`: starts the telephone system and tells of each call.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import type { Command } from 'commander';
import { startServer } from '../../server/server.ts';
import type { Listening, Server } from '../../server/server.ts';
import { portNumber } from '../argument.ts';
import { misuse } from '../failure.ts';
import { fileLogger } from '../logger.ts';
import { output, shown } from '../output.ts';
import type { Output } from '../output.ts';
import { stopped } from '../signal.ts';
import { tellStory } from '../story.ts';
import { product } from '../version.ts';

interface ServeOptions {
  readonly host: string;
  readonly sipPort: number;
  readonly httpPort: number;
  readonly data: string;
  readonly domain?: string;
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
      'port for SIP over WebSocket; the next free one when it is in use',
      portNumber,
      8080,
    )
    .option('--data <folder>', 'where users and registrations are kept', defaultFolder)
    .option('--domain <name>', 'our domain and the realm of its users (default: the host)')
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
  const story = tellStory(out, detail);
  const signal = stopped();
  const server = await startServer({
    host: options.host,
    sipPort: options.sipPort,
    httpPort: options.httpPort,
    domain,
    folder: options.data,
    log,
    tap: story.tap,
  });
  story.settle();
  tellListening(out, server.listening, options);
  log.info('Listening', { ...server.listening });
  await untilOver(server, { out, signal: await signal, settle: () => story.settle() });
  story.finish();
  log.info('Stopped');
  out.event('stopped', {}, 'Stopped.');
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

function tellListening(out: Output, listening: Listening, asked: ServeOptions): void {
  const { host, sipPort, httpPort, domain, folder } = listening;
  const hostShown = host.includes(':') ? `[${host}]` : host;
  // A phone here needs an address that leads here, whatever the domain is called.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const at = reachable.includes(':') ? `[${reachable}]` : reachable;
  const port = sipPort === 5060 ? '' : `:${sipPort}`;
  const sipMoved = asked.sipPort !== 0 && sipPort !== asked.sipPort;
  const httpMoved = asked.httpPort !== 0 && httpPort !== asked.httpPort;
  const data = folder === defaultFolder ? '' : ` --data ${folder}`;
  out.event(
    'listening',
    {
      host,
      sipPort,
      httpPort,
      domain,
      data: folder,
      ...(sipMoved ? { sipPortInUse: asked.sipPort } : {}),
      ...(httpMoved ? { httpPortInUse: asked.httpPort } : {}),
    },
    [
      `${product} is up.`,
      ...(sipMoved ? [`Port ${asked.sipPort} is in use: SIP is on ${sipPort}.`] : []),
      ...(httpMoved ? [`Port ${asked.httpPort} is in use: WebSocket is on ${httpPort}.`] : []),
      '',
      `  SIP        ${hostShown}:${sipPort}  (UDP and TCP)`,
      `  WebSocket  ws://${hostShown}:${httpPort}/  (subprotocol sip)`,
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
