// `offhook serve`: starts the telephone system and tells of each call.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import type { Command } from 'commander';
import { startServer } from '../../server/server.ts';
import type { Listening, Server } from '../../server/server.ts';
import { fileLogger } from '../logger.ts';
import { exitStatus, Failure } from '../failure.ts';
import { output } from '../output.ts';
import type { Output } from '../output.ts';
import { portNumber } from '../argument.ts';
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
    .description('start the telephone system: registrar, proxy, and the built-in peers echo and bob')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--sip-port <port>', 'port for SIP over UDP and TCP; the next free one when it is in use', portNumber, 5060)
    .option('--http-port <port>', 'port for SIP over WebSocket; the next free one when it is in use', portNumber, 8080)
    .option('--data <folder>', 'where users and registrations are kept', defaultFolder)
    .option('--domain <name>', 'our domain and the realm of its users (default: the host)')
    .option('--quiet', 'do not print calls')
    .option('--verbose', 'print everything: timers, registrations, strays')
    .option('--log <file>', 'append log lines to this file, as JSON')
    .option('--json', 'print one JSON object for each event')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  if (isIP(options.host) === 0) {
    throw new Failure(`--host takes an address, not ${options.host}`, {
      code: 'OFFHOOK_USAGE',
      status: exitStatus.usage,
      next: 'offhook serve --host 127.0.0.1, or 0.0.0.0 for every interface',
    });
  }
  const out = output(options.json ?? false);
  const detail = options.quiet === true ? 'none' : options.verbose === true ? 'full' : 'normal';
  const story = tellStory(out, detail);
  const server = await startServer({
    host: options.host,
    sipPort: options.sipPort,
    httpPort: options.httpPort,
    domain: options.domain ?? options.host,
    folder: options.data,
    product,
    log: fileLogger(options.log),
    tap: story.tap,
  });
  tellListening(out, server.listening, options);
  await untilStopped(server, out);
  story.finish();
  out.event('stopped', {}, 'Stopped.');
}

function tellListening(out: Output, listening: Listening, asked: ServeOptions): void {
  const { host, sipPort, httpPort, domain, folder } = listening;
  const shown = host.includes(':') ? `[${host}]` : host;
  const at = domain.includes(':') ? `[${domain}]` : domain;
  const port = sipPort === 5060 ? '' : `:${sipPort}`;
  const moved = [
    sipPort === asked.sipPort || asked.sipPort === 0 ? [] : [`Port ${asked.sipPort} is in use: SIP is on ${sipPort}.`],
    httpPort === asked.httpPort || asked.httpPort === 0 ? [] : [`Port ${asked.httpPort} is in use: WebSocket is on ${httpPort}.`],
  ].flat();
  out.event(
    'listening',
    { host, sipPort, httpPort, domain, data: folder },
    [
      `${product} is up.`,
      ...moved,
      '',
      `  SIP        ${shown}:${sipPort}  (UDP and TCP)`,
      `  WebSocket  ws://${shown}:${httpPort}/  (subprotocol sip)`,
      `  Domain     ${domain}`,
      `  Data       ${folder}`,
      '',
      `  Call       sip:echo@${at}${port}   sends your voice back`,
      `             sip:bob@${at}${port}    answers and speaks; keys 1 hold, 2 resume, 3 hang up`,
      `  Add users  npx offhook user add alice${folder === defaultFolder ? '' : ` --data ${folder}`}`,
      '',
      '  Each call is told below: T transactions, D dialogs, S sessions. Ctrl+C ends it.',
      '',
    ].join('\n'),
  );
}

/** Resolves once the system is closed: after the calls in progress on the first signal, at once on the second. */
function untilStopped(server: Server, out: Output): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = 0;
    const stop = (signal: NodeJS.Signals): void => {
      asked += 1;
      if (asked > 1) {
        server.close().then(resolve, reject);
        return;
      }
      out.event('draining', { signal, calls: server.calls }, `\nStopping: no new calls; ${server.calls} in progress.`);
      // A person at the keyboard does not wait; a supervisor gives calls their time.
      const ended = signal === 'SIGINT' ? Promise.resolve() : server.drain();
      ended.then(() => server.close()).then(resolve, reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}
