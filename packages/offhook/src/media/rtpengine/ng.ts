// rtpengine's control protocol "ng": a command and its reply as JSON, each behind a cookie that tells them and their repeats apart.
import type { Clock, Random, Timer } from '@offhook/sip';

/** One command with its keys, as rtpengine's manual names them. */
export interface NgCommand {
  readonly command: string;
  readonly [key: string]: unknown;
}

/** What came back: a dictionary, whose values nobody has checked yet. */
export type NgReply = Readonly<Record<string, unknown>>;

/** Carries datagrams to one rtpengine; what is lost on the way is nobody's fault. */
export interface NgChannel {
  send(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** What a client needs. */
export interface NgOptions {
  /** Opens the way there; `arrived` is called with each datagram from there. */
  readonly open: (arrived: (bytes: Uint8Array) => void) => NgChannel;
  readonly clock: Clock;
  readonly random: Random;
}

/** No reply came in time. */
export class NgSilent extends Error {
  override readonly name = 'NgSilent';
}

/** rtpengine says no; the message is its reason. */
export class NgRefused extends Error {
  override readonly name = 'NgRefused';
}

interface Waiting {
  readonly command: string;
  readonly bytes: Uint8Array;
  readonly resolve: (reply: NgReply) => void;
  readonly reject: (reason: Error) => void;
  deadline: Timer;
  repeat: Timer;
}

/** Bytes that one datagram holds, with room for its headers. */
const largestDatagram = 65_000;
/** The first repeat in milliseconds; each later one waits twice as long. */
const firstRepeat = 100;

/** Asks one rtpengine. */
export class NgClient {
  readonly #channel: NgChannel;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #waiting = new Map<string, Waiting>();

  constructor({ open, clock, random }: NgOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#channel = open((bytes) => this.#arrived(bytes));
  }

  /**
   * Sends a command, and again under the same cookie, so that rtpengine carries it out once, until it is answered. Rejects
   * with `NgSilent` after `patience` milliseconds, with `NgRefused` when rtpengine says no.
   */
  ask(command: NgCommand, patience: number): Promise<NgReply> {
    const cookie = this.#random.token();
    const bytes = new TextEncoder().encode(`${cookie} ${JSON.stringify(command)}`);
    // It would never arrive, and its silence would be taken for that of rtpengine.
    if (bytes.length > largestDatagram)
      return Promise.reject(new NgRefused('The description is too large for a command'));
    return new Promise((resolve, reject) => {
      const deadline = this.#clock.after(patience, () => {
        const reason = `rtpengine did not answer ${command.command} within ${patience} ms`;
        this.#take(cookie)?.reject(new NgSilent(reason));
      });
      const repeat = this.#repeatIn(firstRepeat, cookie);
      const waiting = { command: command.command, bytes, resolve, reject, deadline, repeat };
      this.#waiting.set(cookie, waiting);
      this.#channel.send(bytes);
    });
  }

  /** Rejects what still waits, and closes the way. */
  async close(): Promise<void> {
    for (const cookie of [...this.#waiting.keys()])
      this.#take(cookie)?.reject(new NgSilent('The way to rtpengine is closed'));
    await this.#channel.close();
  }

  #repeatIn(milliseconds: number, cookie: string): Timer {
    return this.#clock.after(milliseconds, () => {
      const waiting = this.#waiting.get(cookie);
      if (waiting === undefined) return;
      this.#channel.send(waiting.bytes);
      waiting.repeat = this.#repeatIn(milliseconds * 2, cookie);
    });
  }

  // A reply to a cookie that nobody waits for is a repeat, or too late: it is dropped like bytes that are none.
  #arrived(bytes: Uint8Array): void {
    const text = new TextDecoder().decode(bytes);
    const end = text.indexOf(' ');
    const reply = end < 0 ? undefined : dictionary(text.slice(end + 1));
    if (reply === undefined) return;
    const waiting = this.#take(text.slice(0, end));
    if (waiting === undefined) return;
    const { result, 'error-reason': reason } = reply;
    if (result === 'ok' || result === 'pong') waiting.resolve(reply);
    else waiting.reject(new NgRefused(typeof reason === 'string' ? reason : 'no reason given'));
  }

  #take(cookie: string): Waiting | undefined {
    const waiting = this.#waiting.get(cookie);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(cookie);
    waiting.deadline.cancel();
    waiting.repeat.cancel();
    return waiting;
  }
}

/** A value as a dictionary; undefined when it is none. */
export function asDictionary(value: unknown): NgReply | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as NgReply)
    : undefined;
}

function dictionary(text: string): NgReply | undefined {
  try {
    return asDictionary(JSON.parse(text));
  } catch {
    return undefined;
  }
}
