// A user agent under fire: it takes and makes calls as people do, and afterwards nothing is left of what was thrown at it.
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { VirtualNetwork } from '../../packages/sip/src/testing/virtual-network.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import type { OutgoingCall } from '../../packages/sip/src/ua/outgoing-call.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import { request, sdp } from '../conformance/texts.ts';
import { checkSent } from './answers.ts';

/** 64*T1. */
const giveUp = 32_000;

/** Where the user agent is. */
export const here = { host: '10.0.0.2', port: 5060 } as const;

/** `sip:bob@10.0.0.2`, the calls that it has, and all that must hold for it. */
export class Phone {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly media: SilentMedia;
  readonly ua: UserAgent<SilentSession>;
  readonly observed: Observation[] = [];
  readonly incoming: IncomingCall<SilentSession>[] = [];
  readonly outgoing: OutgoingCall<SilentSession>[] = [];
  readonly calls: Call<SilentSession>[] = [];
  readonly #errors: string[] = [];
  /** How many of the calls that were ever up have ended. */
  #ended = 0;

  /** `thinks`: how many milliseconds its media takes for each offer and answer; none is made when it fails. */
  constructor(thinks: number | 'fails' = 0) {
    this.network = new VirtualNetwork({ clock: this.clock, random: seededRandom(1), latency: 1 });
    const random = seededRandom(2);
    const think = (): Promise<void> => {
      if (thinks === 0) return Promise.resolve();
      if (thinks === 'fails') return Promise.reject(new Error('There is no port left'));
      return new Promise((resolve) => this.clock.after(thinks, resolve));
    };
    this.media = new SilentMedia({ random, host: here.host, think });
    const quiet = (): void => undefined;
    this.ua = new UserAgent({
      account: { aor: `sip:bob@${here.host}`, password: 'secret', realm: 'example.com' },
      transports: [this.network.transport('UDP', here.host, here.port)],
      media: this.media,
      clock: this.clock,
      random,
      tap: { observe: (observation) => void this.observed.push(observation) },
      log: {
        debug: quiet,
        info: quiet,
        warn: quiet,
        error: (text, fields) => void this.#errors.push(`${text} ${JSON.stringify(fields)}`),
      },
    });
  }

  /** A phone that hears. */
  static async start(thinks: number | 'fails' = 0): Promise<Phone> {
    const phone = new Phone(thinks);
    await phone.ua.start();
    void phone.#listen();
    return phone;
  }

  async #listen(): Promise<void> {
    for await (const call of this.ua.incoming) this.incoming.push(call);
  }

  /** A peer that says what it is told. */
  async peer(host: string): Promise<ScriptedPeer> {
    const transport = this.network.transport('UDP', host, 5060);
    const peer = new ScriptedPeer({ clock: this.clock, transport });
    await peer.start();
    return peer;
  }

  /** Answers a call that rings. */
  accept(call: IncomingCall<SilentSession>): void {
    call.accept().then(
      (up) => this.#up(up),
      () => undefined,
    );
  }

  /** Calls somebody. */
  call(target: string): OutgoingCall<SilentSession> {
    const call = this.ua.call(target);
    this.outgoing.push(call);
    call.answered.then(
      (up) => this.#up(up),
      () => undefined,
    );
    return call;
  }

  /** A good call placed right now works, from the first message to the last. */
  async goodCall(): Promise<void> {
    const peer = await this.peer('10.0.0.77');
    const before = this.incoming.length;
    peer.send(
      request(peer.address, { callId: 'good', from: '<sip:good@x>;tag=good', body: sdp() }),
      here,
    );
    await this.clock.elapse(5);
    const ringing = this.incoming[before];
    if (ringing === undefined) throw new Error('A good call does not ring any more');
    this.accept(ringing);
    await this.clock.elapse(5);
    const accepted = peer.take('SIP/2.0 200');
    const dialog = {
      from: '<sip:good@x>;tag=good',
      to: /^To: (.*)\r$/m.exec(accepted.text)?.[1] ?? '',
      callId: 'good',
    };
    peer.send(request(peer.address, { ...dialog, method: 'ACK' }), here);
    await this.clock.elapse(5);
    peer.send(request(peer.address, { ...dialog, method: 'BYE', cseq: 2 }), here);
    await this.clock.elapse(5);
    peer.take(/^SIP\/2\.0 200 [\s\S]*CSeq: 2 BYE/);
    await peer.close();
  }

  /** Hangs everything up; then, at the latest after what peers may draw out, nothing is left, and nothing was ever wrong. */
  async end(): Promise<void> {
    for (const call of this.incoming) call.reject(480);
    for (const call of this.outgoing) call.cancel();
    for (const call of this.calls) void call.hangUp();
    // A CANCEL that is not answered, a 2xx without ACK, and then a BYE that is not answered either.
    await this.clock.elapse(3 * giveUp + 10_000);
    const { transactions, dialogs } = this.ua.load;
    const { faults, counters } = this.ua.endpoint;
    const left = {
      transactions,
      dialogs,
      faults,
      media: this.media.size,
      timers: this.clock.pending,
      calls: this.calls.length - this.#ended,
      errors: this.#errors,
    };
    const wrong = Object.entries(left).filter(
      ([, value]) => value !== 0 && !(Array.isArray(value) && value.length === 0),
    );
    if (wrong.length > 0)
      throw new Error(`Left behind: ${JSON.stringify(Object.fromEntries(wrong))}`);
    checkSent(
      this.observed,
      counters.answeredMalformed + counters.refusedWhenFull + counters.strayRequests,
    );
    const closed = this.ua.close();
    await this.clock.elapse(3000);
    await closed;
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers run after close`);
  }

  #up(call: Call<SilentSession>): void {
    this.calls.push(call);
    void call.ended.then(() => {
      this.#ended += 1;
    });
  }
}
