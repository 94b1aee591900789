// Who takes part in the guided call: Alice, and Bob with two phones; user agents with sockets of their own.
import { fileURLToPath } from 'node:url';
import { UserAgent } from '@offhook/sip';
import type { Call, Clock, IncomingCall, Logger, Random, Tap } from '@offhook/sip';
import { udp } from '@offhook/sip/node';
import type { RtpEngine } from '../../media/rtp-negotiator.ts';
import type { ServicePasswords } from '../service/passwords.ts';
import { ArticleLines } from './lines.ts';
import { scriptedMedia } from './scripted-media.ts';
import type { ScriptedMedia } from './scripted-media.ts';

/** Names that Bob's phones are called by; nobody else may register them. */
export const articleNames = { desk: 'bob-desk', everywhere: 'bob-everywhere' } as const;

/** What the cast is made of. */
export interface CastOptions {
  /** Where SIP is, on this machine. */
  readonly server: { readonly host: string; readonly port: number };
  readonly domain: string;
  readonly media: RtpEngine;
  readonly passwords: ServicePasswords;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly tap: Tap;
}

const ring = { desk: 1000, mobile: 2200 };
const voice = fileURLToPath(new URL('../../../assets/bob.wav', import.meta.url));

/** Alice and Bob's phones, ready to call and to be called. */
export class Cast {
  readonly alice: UserAgent<ScriptedMedia>;
  readonly lines: ArticleLines;
  /** While true, Bob's phones answer a hold as the RFC does not allow. */
  breaksHolds = false;
  readonly #bobs: UserAgent<ScriptedMedia>[] = [];

  private constructor(options: CastOptions, lines: ArticleLines) {
    const { domain, server, media } = options;
    this.lines = lines;
    this.alice = new UserAgent({
      ...parts(options),
      name: 'alice',
      account: { aor: `sip:alice@${uriHost(domain)}`, displayName: 'Alice' },
      transports: [udp({ host: server.host, port: 0 })],
      server: `sip:${uriHost(lines.entry.host)}:${lines.entry.port}`,
      media: scriptedMedia(media, { lines }),
      product: 'Offhook alice',
    });
  }

  /** Makes them, and registers Bob's phones. */
  static async gather(options: CastOptions): Promise<Cast> {
    const cast = new Cast(options, await ArticleLines.open(options.server));
    try {
      await cast.#addBob(options, 'bob', articleNames.desk, ring.desk);
      await cast.#addBob(options, 'bob', articleNames.everywhere, ring.desk);
      await cast.#addBob(options, 'bob-mobile', articleNames.everywhere, ring.mobile);
    } catch (error) {
      await cast.close();
      throw error;
    }
    return cast;
  }

  /** All hang up and leave. */
  async close(): Promise<void> {
    this.lines.resume();
    await Promise.allSettled([this.alice, ...this.#bobs].map((ua) => ua.close()));
    await this.lines.close();
  }

  async #addBob(
    options: CastOptions,
    name: string,
    user: string,
    ringMilliseconds: number,
  ): Promise<void> {
    const { domain, server, media, passwords, clock, log } = options;
    const ua = new UserAgent<ScriptedMedia>({
      ...parts(options),
      name,
      account: {
        aor: `sip:${user}@${uriHost(domain)}`,
        displayName: 'Bob',
        password: passwords.of(user),
        realm: domain,
      },
      transports: [udp({ host: server.host, port: 0 })],
      server: `sip:${uriHost(server.host)}:${server.port}`,
      media: scriptedMedia(media, { breaksHolds: () => this.breaksHolds }),
      product: `Offhook ${name}`,
    });
    this.#bobs.push(ua);
    await ua.register();
    void answerAll(ua, clock, ringMilliseconds, log);
  }
}

/** Says Bob's sentence again and again, until the call is over. */
export async function speak(call: Call<ScriptedMedia>, clock: Clock): Promise<void> {
  let over = false;
  void call.ended.then(() => (over = true));
  while (!over) {
    if ((await call.media.sound.play({ kind: 'file', path: voice })) === 'stopped') return;
    await pause(clock, 1500, call.ended);
  }
}

async function answerAll(
  ua: UserAgent<ScriptedMedia>,
  clock: Clock,
  ringMilliseconds: number,
  log: Logger,
): Promise<void> {
  for await (const incoming of ua.incoming)
    answer(incoming, clock, ringMilliseconds).catch((error: unknown) =>
      log.debug('A part of the guided call ended early', { reason: String(error) }),
    );
}

async function answer(
  incoming: IncomingCall<ScriptedMedia>,
  clock: Clock,
  ringMilliseconds: number,
): Promise<void> {
  incoming.ring();
  if (await pause(clock, ringMilliseconds, incoming.ended)) return;
  await speak(await incoming.accept(), clock);
}

/** Waits; true when `event` came first. */
function pause(clock: Clock, milliseconds: number, event: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = clock.after(milliseconds, () => resolve(false));
    void event.then(() => {
      timer.cancel();
      resolve(true);
    });
  });
}

function parts({
  clock,
  random,
  log,
  tap,
}: CastOptions): Pick<CastOptions, 'clock' | 'random' | 'log' | 'tap'> {
  return { clock, random, log, tap };
}

function uriHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
