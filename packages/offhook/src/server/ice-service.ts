// What browsers need besides us to find a way for their media: our STUN server, and the TURN servers of others with credentials for a day.
import { createHmac } from 'node:crypto';
import type { Clock, Logger, Secret } from '@offhook/sip';
import { stunServer } from '@offhook/sip/node';
import type { StunServer } from '@offhook/sip/node';
import { keepAliveLimits, UnprovedRate } from './core/unproved-rate.ts';
import type { IceServer } from './web/phone.ts';

/** What is wanted. */
export interface IceWish {
  /** For STUN; 0 for any. */
  readonly stunPort: number;
  /** TURN servers beside us, as `turn:turn.example.com:3478?transport=udp` (RFC 7065). */
  readonly turn: readonly string[];
  /** What we share with them (coturn: `use-auth-secret`, `static-auth-secret`); none for servers without credentials. */
  readonly turnSecret?: Secret | undefined;
}

/** What the service needs of the system. */
export interface IceServiceOptions {
  readonly ice: IceWish;
  readonly host: string;
  /** How many ports after a taken one are tried; 20 unless said. */
  readonly otherPorts?: number | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A TURN server takes a name and password so long: a call that lasts longer would lose its relay. */
const credentialSeconds = 12 * 3_600;

/** The STUN server, and what the phones of users are handed. */
export class IceService {
  readonly #stun: StunServer;
  readonly #options: IceServiceOptions;

  static async open(options: IceServiceOptions): Promise<IceService> {
    const { ice, host, otherPorts = 20, clock, log } = options;
    const rate = new UnprovedRate({ clock, limits: keepAliveLimits });
    const mayAnswer = (source: string): boolean => rate.take(source);
    for (let port = ice.stunPort, left = otherPorts; ; port += 1, left -= 1) {
      try {
        return new IceService(await stunServer({ host, port, mayAnswer, log }), options);
      } catch (error) {
        if (!isInUse(error) || left <= 0 || port >= 65_535) throw error;
        log.info('A port is in use', { port });
      }
    }
  }

  private constructor(stun: StunServer, options: IceServiceOptions) {
    this.#stun = stun;
    this.#options = options;
  }

  /** Where STUN is answered. */
  get stunPort(): number {
    return this.#stun.local.port;
  }

  /** The servers for the phone of `user`, which reached us at `host`: a name, or an address, IPv6 in brackets. */
  serversFor({
    user,
    host,
  }: {
    readonly user: string;
    readonly host: string;
  }): readonly IceServer[] {
    const { ice } = this.#options;
    const stun = { urls: `stun:${host}:${this.stunPort}` };
    return [stun, ...ice.turn.map((urls) => ({ urls, ...this.#credentials(user) }))];
  }

  close(): Promise<void> {
    return this.#stun.close();
  }

  // The way of TURN servers with a REST interface: the name says until when, the password proves that we said so.
  #credentials(user: string): Partial<IceServer> {
    const { ice, clock } = this.#options;
    if (ice.turnSecret === undefined) return {};
    const username = `${Math.floor(clock.wall() / 1000) + credentialSeconds}:${user}`;
    const mac = createHmac('sha1', ice.turnSecret.reveal()).update(username);
    return { username, credential: mac.digest('base64') };
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
