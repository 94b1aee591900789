// Notices connections whose peer acknowledges nothing any more. As long as something is on its way, the kernel sends no
// keep-alives and gives up only after a quarter of an hour; Linux tells what is on its way.
import { isIPv6 } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import type { Address } from '../transport/port.ts';
import { inProcNet, procNet } from './proc-net.ts';

/** A connection that something was sent on. */
export interface Sender {
  readonly local: Address;
  readonly remote: Address;
  /** Ends it: its peer is gone. */
  lost(): void;
}

/** What the watch needs. */
export interface UnacknowledgedOptions {
  readonly clock: Clock;
  /** How long a peer may leave what it was sent unacknowledged, in milliseconds. */
  readonly limit: number;
  /** How often each connection with unacknowledged bytes has repeated them, by its ends; the kernel's tables unless said. */
  readonly read?: ((senders: Iterable<Sender>) => Promise<ReadonlyMap<string, number>>) | undefined;
}

/** The connections of one transport that wait to hear something of their peer. */
export class Unacknowledged {
  readonly #options: UnacknowledgedOptions;
  /** Since when each has repeated what it sent; undefined when that was not seen yet. */
  readonly #waiting = new Map<Sender, number | undefined>();
  #timer: Timer | undefined;

  constructor(options: UnacknowledgedOptions) {
    this.#options = options;
  }

  /** Something was sent. */
  sent(sender: Sender): void {
    if (this.#waiting.has(sender)) return;
    this.#waiting.set(sender, undefined);
    this.#schedule();
  }

  /** Something came from the peer. The timer stays: on a busy connection it would be set anew for each message. */
  heard(sender: Sender): void {
    this.#waiting.delete(sender);
  }

  /** The connection is over. */
  forget(sender: Sender): void {
    this.#waiting.delete(sender);
    if (this.#waiting.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    const { clock, limit } = this.#options;
    this.#timer ??= clock.after(limit / 3, () => {
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const { clock, limit, read = repeats } = this.#options;
    const counts = await read(this.#waiting.keys());
    this.#timer = undefined;
    const now = clock.now();
    for (const [sender, since] of [...this.#waiting]) {
      const count = counts.get(endsOf(sender));
      // All that was sent is there.
      if (count === undefined) this.#waiting.delete(sender);
      else if (count === 0) this.#waiting.set(sender, undefined);
      else if (since === undefined) this.#waiting.set(sender, now);
      else if (now - since >= limit) {
        this.#waiting.delete(sender);
        sender.lost();
      }
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}

/** The two ends of a connection, as a key. */
export function endsOf({ local, remote }: Pick<Sender, 'local' | 'remote'>): string {
  return `${inProcNet(local)} ${inProcNet(remote)}`;
}

async function repeats(senders: Iterable<Sender>): Promise<ReadonlyMap<string, number>> {
  const families = new Set<string>();
  for (const { local } of senders) families.add(isIPv6(local.host) ? 'tcp6' : 'tcp');
  const counts = new Map<string, number>();
  for (const table of families) {
    for (const [, local, remote, , queues = '', , count = ''] of await procNet(table)) {
      if (!queues.startsWith('00000000:'))
        counts.set(`${local} ${remote}`, Number.parseInt(count, 16));
    }
  }
  return counts;
}
