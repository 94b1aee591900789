// What RFC 3261 §17 says of transactions in prose, as a model of its own: no figure, only times and what is seen outside.

/** T1, T2 and T4 in milliseconds (RFC 3261 appendix A). */
const [t1, t2, t4] = [500, 4_000, 5_000];
const giveUp = 64 * t1;

/** What a model is told, and what it lets be seen: a line for each message that is sent and each thing the user hears. */
abstract class Model {
  readonly seen: string[] = [];
  over = false;
  protected readonly reliable: boolean;
  protected now = 0;
  readonly #alarms = new Map<string, { readonly due: number; readonly act: () => void }>();

  constructor(reliable: boolean) {
    this.reliable = reliable;
  }

  /** Lets time pass. */
  wait(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (;;) {
      const next = [...this.#alarms].toSorted(([, a], [, b]) => a.due - b.due)[0];
      if (next === undefined || next[1].due > end) break;
      this.#alarms.delete(next[0]);
      this.now = next[1].due;
      next[1].act();
    }
    this.now = end;
  }

  protected see(what: string): void {
    this.seen.push(`${this.now} ${what}`);
  }

  protected alarm(name: string, milliseconds: number, act: () => void): void {
    this.#alarms.set(name, { due: this.now + milliseconds, act });
  }

  protected silence(...names: readonly string[]): void {
    for (const name of names) this.#alarms.delete(name);
  }

  protected end(what?: string): void {
    if (what !== undefined) this.see(what);
    this.#alarms.clear();
    this.over = true;
  }

  /** Ends after what is needed to catch repeats, which a reliable transport does not bring. */
  protected linger(milliseconds: number): void {
    if (this.reliable) this.end();
    else this.alarm('linger', milliseconds, () => this.end());
  }
}

/** A client: §17.1.1.2 for INVITE, with RFC 6026 §7.2; §17.1.2.2 for the others. */
export class ClientModel extends Model {
  readonly #invite: boolean;
  #phase: 'waiting' | 'provisional' | 'final' | 'accepted' = 'waiting';
  #interval: number = t1;

  constructor(invite: boolean, reliable: boolean) {
    super(reliable);
    this.#invite = invite;
    this.see('sent');
    if (!reliable) this.alarm('repeat', t1, () => this.#repeat());
    this.alarm('timeout', giveUp, () => this.end('timeout'));
  }

  /** The peer answers. */
  response(status: number): void {
    if (this.over) return;
    if (this.#phase === 'accepted') {
      if (status >= 200 && status < 300) this.see(`heard ${status}`);
    } else if (this.#phase === 'final') {
      if (this.#invite && status >= 300) this.see('sent ACK');
    } else if (status < 200) this.#provisional(status);
    else this.#final(status);
  }

  /** A message could not be sent. */
  fail(): void {
    const mayFail = this.#invite
      ? this.#phase === 'waiting' || this.#phase === 'final'
      : this.#phase === 'waiting' || this.#phase === 'provisional';
    if (!this.over && mayFail) this.end('transport error');
  }

  #provisional(status: number): void {
    this.#phase = 'provisional';
    this.see(`heard ${status}`);
    // An INVITE that rings may ring for long; other requests go on being repeated, slowly.
    if (this.#invite) this.silence('repeat', 'timeout');
  }

  #final(status: number): void {
    this.silence('repeat', 'timeout');
    const isAccepted = this.#invite && status < 300;
    this.#phase = isAccepted ? 'accepted' : 'final';
    if (this.#invite && !isAccepted) this.see('sent ACK');
    this.see(`heard ${status}`);
    // RFC 6026 §7.2: 64*T1 on every transport, for further 2xx.
    if (isAccepted) this.alarm('linger', giveUp, () => this.end());
    else this.linger(this.#invite ? 32_000 : t4);
  }

  #repeat(): void {
    this.see('sent');
    if (this.#invite) this.#interval *= 2;
    else this.#interval = this.#phase === 'provisional' ? t2 : Math.min(2 * this.#interval, t2);
    this.alarm('repeat', this.#interval, () => this.#repeat());
  }
}

/** A server: §17.2.1 for INVITE, with RFC 6026 §7.1; §17.2.2 for the others, with RFC 4320 §4. */
export class ServerModel extends Model {
  readonly #invite: boolean;
  #phase: 'silent' | 'provisional' | 'final' | 'accepted' | 'acknowledged' | 'abandoned' = 'silent';
  #last = 0;
  #interval: number = t1;
  #repeatedAt = Number.NEGATIVE_INFINITY;

  constructor(invite: boolean, reliable: boolean) {
    super(reliable);
    this.#invite = invite;
    // §17.2.1: 100 after 200 ms; RFC 4320 §4.1: once the client repeats slowly, which is at 3.5 s.
    this.alarm('100', invite ? 200 : 3_500, () => this.#send(100));
  }

  /** The same request once more. Of repeats within 100 ms all but the first are passed over, which is ours. */
  repeat(): void {
    if (this.over || this.now - this.#repeatedAt < 100) return;
    this.#repeatedAt = this.now;
    if (this.#phase === 'provisional' || this.#phase === 'final') this.see(`sent ${this.#last}`);
  }

  /** An ACK: to a refusal it stops the repeats, to a 2xx it is the user's. */
  ack(): void {
    if (this.over || !this.#invite) return;
    if (this.#phase === 'accepted') this.see('heard ACK');
    if (this.#phase !== 'final') return;
    this.#phase = 'acknowledged';
    this.silence('repeat', 'timeout');
    this.linger(t4);
  }

  /** The user answers. */
  respond(status: number): void {
    if (this.over) return;
    if (this.#phase === 'accepted' && this.#invite && status >= 200 && status < 300)
      this.see(`sent ${status}`);
    if (this.#phase !== 'silent' && this.#phase !== 'provisional') return;
    if (status >= 200) this.#final(status);
    else if (this.#invite || this.#may100(status)) this.#send(status);
  }

  /** A response could not be sent: the user is told, and the state stays. */
  fail(): void {
    const told = ['provisional', 'final', 'accepted'].includes(this.#phase);
    if (!this.over && told) this.see('transport error');
  }

  // RFC 4320 §4.1: 100 alone, and over UDP not before the client repeats slowly.
  #may100(status: number): boolean {
    return status === 100 && (this.reliable || this.#phase === 'provisional');
  }

  #send(status: number): void {
    this.#phase = 'provisional';
    this.silence('100');
    this.#last = status;
    this.see(`sent ${status}`);
  }

  #final(status: number): void {
    this.silence('100');
    this.#last = status;
    if (!this.#invite && status === 408) {
      // RFC 4320 §4.2: nobody waits for it any more.
      this.#phase = 'abandoned';
      return this.linger(giveUp);
    }
    this.see(`sent ${status}`);
    if (!this.#invite) {
      this.#phase = 'final';
      return this.linger(giveUp);
    }
    if (status < 300) {
      this.#phase = 'accepted';
      return this.alarm('linger', giveUp, () => this.end());
    }
    this.#phase = 'final';
    if (!this.reliable) this.alarm('repeat', t1, () => this.#again());
    this.alarm('timeout', giveUp, () => this.end('timeout'));
  }

  #again(): void {
    this.see(`sent ${this.#last}`);
    this.#interval = Math.min(2 * this.#interval, t2);
    this.alarm('repeat', this.#interval, () => this.#again());
  }
}
