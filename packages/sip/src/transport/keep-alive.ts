// Sends keep-alives on a flow and watches for their answers: CRLF on a connection, STUN on UDP (RFC 5626 §4.4).
import type { Clock } from '../base/clock.ts';
import { Machine } from '../base/machine.ts';
import type { Random } from '../base/random.ts';
import { bindingRequest, readBinding } from '../stun/binding.ts';
import { sameHost } from './address.ts';
import { ping } from './framing.ts';
import { keepAliveFigure } from './keep-alive.figure.ts';
import type {
  KeepAliveAction,
  KeepAliveEvent,
  KeepAliveState,
  KeepAliveTimer,
} from './keep-alive.figure.ts';
import type { Address, Flow } from './port.ts';

/** What a keep-alive tells. */
export interface KeepAliveUser {
  /** An answer came: the flow works both ways. */
  alive(): void;
  /** The flow is of no use any more, for this reason in plain words. Comes once, and is the last. */
  failed(reason: string): void;
}

/** What a keep-alive is made of. */
export interface KeepAliveOptions {
  readonly flow: Flow;
  readonly clock: Clock;
  readonly random: Random;
  /** The queue of the endpoint. */
  readonly run: (event: () => void) => void;
  /** What the far end recommends, in seconds (Flow-Timer, or `keep` of RFC 6223); the usual times unless said. */
  readonly seconds?: number | undefined;
  /** The address under which the far end saw us last, such as that in `received` and `rport`; the first answer's unless said. */
  readonly mapped?: Address | undefined;
  readonly user: KeepAliveUser;
}

/** RFC 5626 §4.4.1, §4.4.2: the bounds between which a keep-alive comes, in seconds. */
const usual = { reliable: [95, 120], unreliable: [24, 29] } as const;
/** However long a server is content with, in seconds. */
const longestPause = 86_400;
/** RFC 5626 §4.4.1: how long a pong may take, in milliseconds. */
const longestPong = 10_000;
/** RFC 8489 §6.2.1: RTO in milliseconds, the sends in all (Rc), and the RTOs that the last one is waited for (Rm). */
const stun = { timeout: 500, sends: 7, last: 16 };

/** One flow that is kept alive from now on. */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #machine: Machine<
    KeepAliveState,
    KeepAliveEvent,
    KeepAliveAction,
    KeepAliveTimer,
    string
  >;
  #mapped: Address | undefined;
  #transaction: Uint8Array | undefined;
  #request: Uint8Array = ping;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
    this.#mapped = options.mapped;
    this.#machine = new Machine({
      figure: keepAliveFigure,
      start: 'Quiet',
      clock: options.clock,
      length: (timer, resets) => this.#length(timer, resets),
      perform: (action, subject) => this.#perform(action, subject),
      run: options.run,
    });
  }

  get state(): KeepAliveState {
    return this.#machine.state;
  }

  /** A keep-alive of the far end arrived on the flow: a CRLF, or a STUN packet. */
  receive(bytes: Uint8Array): void {
    if (this.#options.flow.reliable) this.#machine.on('pong');
    else this.#answered(bytes);
  }

  /** Asks now whether the flow works, instead of when the time comes. */
  check(): void {
    this.#machine.on('check');
  }

  stop(): void {
    this.#machine.stop();
  }

  #answered(bytes: Uint8Array): void {
    const answer = readBinding(bytes);
    if (answer === undefined || !sameBytes(answer.transaction, this.#transaction)) return;
    if (answer.kind === 'error') {
      this.#machine.on('error', 'The server does not answer STUN');
      return;
    }
    const { address } = answer;
    const before = this.#mapped ?? address;
    this.#mapped = address;
    if (before.port === address.port && sameHost(before.host, address.host))
      this.#machine.on('pong');
    else this.#machine.on('moved', 'Our address has changed on the way');
  }

  #length(timer: KeepAliveTimer, resets: number): number | undefined {
    const { flow, random, seconds } = this.#options;
    switch (timer) {
      case 'ping': {
        const most = Math.min(Math.max(seconds ?? 0, 1), longestPause);
        const [from, to] =
          seconds === undefined
            ? usual[flow.reliable ? 'reliable' : 'unreliable']
            : [most * 0.8, most];
        return (from + random.fraction() * (to - from)) * 1000;
      }
      case 'resend':
        return flow.reliable || resets >= stun.sends - 1 ? undefined : stun.timeout * 2 ** resets;
      case 'pong':
        return flow.reliable ? longestPong : stun.timeout * (2 ** (stun.sends - 1) - 1 + stun.last);
    }
  }

  #perform(action: KeepAliveAction, reason: string | undefined): void {
    const { flow, user, random } = this.#options;
    switch (action) {
      case 'send ping':
        if (!flow.reliable) {
          this.#transaction = random.bytes(12);
          this.#request = bindingRequest(this.#transaction);
        }
        this.#send();
        break;
      case 'send ping again':
        this.#send();
        break;
      case 'inform of life':
        user.alive();
        break;
      case 'inform of failure':
        user.failed(reason ?? 'No answer came to a keep-alive');
        break;
    }
  }

  #send(): void {
    const { flow, run } = this.#options;
    flow.send(this.#request, ({ message }) => run(() => this.#machine.on('send failed', message)));
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, at) => byte === b[at]);
}
