// The checks of ICE between two addresses: who asked, what came back, what was chosen (RFC 8445 §7, RFC 8489).
import type { ObservedAddress } from '../../base/tap.ts';
import { addressText } from '../correlate/parties.ts';
import { parseStun } from '../../stun/message.ts';
import type { StunMessage } from '../../stun/message.ts';
import type { CapturedDatagram } from '../capture/captured.ts';
import { addressKey } from './place.ts';
import type { PathFact } from './path-table.ts';

const attribute = { username: 0x0006, errorCode: 0x0009, useCandidate: 0x0025 } as const;
/** Checks of which the answers are still waited for. */
const mostOpen = 64;
/** A way is told not to answer after so many checks: RFC 8489 §6.2.1 sends seven, stacks that hurry fewer. */
const hopeless = 4;

/** One direction of a pair. */
interface Direction {
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  readonly first: CapturedDatagram | Seen;
  last: Seen;
  checks: number;
  answers: number;
}

interface Seen {
  readonly frame: number;
  readonly at: number;
}

/** Everything about one pair. */
export class IcePair {
  readonly #directions = new Map<string, Direction>();
  /** Checks without an answer so far, by transaction; true for those that nominate. */
  readonly #open = new Map<
    string,
    { readonly direction: Direction; readonly nominates: boolean }
  >();
  readonly #facts: PathFact[] = [];
  readonly #told = new Set<string>();

  /** Takes a datagram of STUN. What is no check, such as a keep-alive or a question to a server, is passed over. */
  add(datagram: CapturedDatagram): void {
    const message = parseStun(datagram.bytes);
    if (message?.method !== 1) return;
    const id = [...message.transaction].join();
    if (message.class === 'request') this.#ask(message, id, datagram);
    else if (message.class !== 'indication') this.#answer(message, id, datagram);
  }

  /** What is known of it. */
  facts(): readonly PathFact[] {
    const silent = [...this.#directions.values()]
      .filter(({ checks, answers }) => answers === 0 && checks >= hopeless)
      .map(({ source, destination, checks, first, last }): PathFact => {
        const took = ((last.at - first.at) / 1000).toFixed(1);
        return {
          ...{ frame: last.frame, at: last.at, topic: 'ice', event: 'unanswered' },
          text: `${checks} checks from ${addressText(source)} to ${addressText(destination)} within ${took} s got no answer`,
          ...{ source, destination },
        };
      });
    return [...this.#facts, ...silent];
  }

  #ask(
    message: StunMessage,
    id: string,
    { frame, at, source, destination }: CapturedDatagram,
  ): void {
    if (!message.attributes.some(({ type }) => type === attribute.username)) return;
    const key = addressKey(source);
    const seen: Seen = { frame, at };
    let direction = this.#directions.get(key);
    if (direction === undefined) {
      direction = { source, destination, first: seen, last: seen, checks: 0, answers: 0 };
      this.#directions.set(key, direction);
      this.#tell(
        'checked',
        `${addressText(source)} checks the way to ${addressText(destination)}`,
        {
          ...{ frame, at, source, destination },
        },
      );
    }
    direction.checks += 1;
    direction.last = seen;
    const nominates = message.attributes.some(({ type }) => type === attribute.useCandidate);
    this.#open.set(id, { direction, nominates });
    const [oldest] = this.#open.keys();
    if (this.#open.size > mostOpen && oldest !== undefined) this.#open.delete(oldest);
  }

  #answer(
    message: StunMessage,
    id: string,
    { frame, at, source, destination }: CapturedDatagram,
  ): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    const { direction, nominates } = open;
    const where = { frame, at, source, destination };
    direction.answers += 1;
    this.#open.delete(id);
    if (message.class === 'error') {
      const code = errorCode(message);
      const event = code === 487 ? 'role conflict' : 'refused';
      this.#tell(event, `${addressText(source)} answered a check with ${code}`, where);
      return;
    }
    this.#tell(
      'answered',
      `${addressText(source)} answered a check of ${addressText(destination)}`,
      where,
    );
    if (nominates)
      this.#tell(
        'nominated',
        `${addressText(destination)} chose the way to ${addressText(source)}`,
        where,
      );
  }

  // Each event of each direction once: keep-alives go on through the whole call (RFC 7675).
  #tell(event: string, text: string, where: Omit<PathFact, 'topic' | 'event' | 'text'>): void {
    const key = `${event} ${where.source === undefined ? '' : addressKey(where.source)}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#facts.push({ ...where, topic: 'ice', event, text });
  }
}

function errorCode({ attributes }: StunMessage): number {
  const value = attributes.find(({ type }) => type === attribute.errorCode)?.value;
  return 100 * ((value?.[2] ?? 0) & 7) + (value?.[3] ?? 0);
}
