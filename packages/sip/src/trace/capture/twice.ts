// Packets that stand in a capture twice: taken on two interfaces, or on a mirrored port in both directions. On the wire they were one.
//
// The rule: the same octets of UDP or TCP between the same ends, with the same number of IP where the sender gave one, within ten
// milliseconds. What a router changes on its way (hop limit, checksum of IP) and what a network card fills in (checksum of UDP) does
// not count. Nothing that SIP repeats comes so soon: its shortest timer, T1, takes 500 ms (RFC 3261 §17.1.1.1), and where
// somebody set it shorter still some tens; packets of RTP differ in their sequence number. Networks do double some packets of media, and where
// no number tells which they are, it takes most of the packets before on the same way to have come twice as well.
import { u32, u8 } from './octets.ts';
import type { Way } from './output.ts';

/** Milliseconds between the copies of one packet. */
const apart = 10;
/** So many packets are compared with; a capture has fewer in that time. */
const limit = 20_000;
/** Of so many packets on a way it is known how many came twice; half of them count less and less. */
const remembered = 8;
/** The share of the packets before that has to have come twice. */
const most = 0.75;
/** Octets of media and of TCP that are compared, and the last four. */
const looked = 32;

/** A packet's ends, the number that its sender gave to it, 0 for none, and what it is. */
export interface Numbered extends Way {
  readonly identification: number;
  readonly isTcp: boolean;
}

/** How many packets came lately on a way, and how many of them twice. */
interface Habit {
  packets: number;
  copies: number;
}

/** Knows the packets of the last moment. */
export class Twice {
  readonly #seen = new Map<number, number>();
  readonly #habits = new Map<string, Habit>();

  /** True when the same packet between the same addresses was there a moment ago. */
  isCopy(packet: Numbered, bytes: Uint8Array, start: number, end: number, at: number): boolean {
    const key = keyOf(packet, bytes, start, end);
    const before = this.#seen.get(key);
    const isSame = before !== undefined && Math.abs(at - before) <= apart;
    // Messages are few, and nothing sends one twice at once.
    const isUnclear = packet.identification === 0 && !packet.isTcp && u8(bytes, start) >= 0x80;
    const isUsual = !isUnclear || this.#isUsual(packet, isSame);
    if (isSame && isUsual) return true;
    if (this.#seen.size >= limit) this.#seen.clear();
    this.#seen.set(key, at);
    return false;
  }

  /** Counts a packet that came for the first or second time; true when most before it came twice. */
  #isUsual({ source, destination }: Way, isSame: boolean): boolean {
    const way = `${source.host} ${source.port} ${destination.host} ${destination.port}`;
    let habit = this.#habits.get(way);
    if (habit === undefined) {
      if (this.#habits.size >= limit) this.#habits.clear();
      habit = { packets: 0, copies: 0 };
      this.#habits.set(way, habit);
    }
    if (!isSame) {
      if (habit.packets >= remembered) {
        habit.packets /= 2;
        habit.copies /= 2;
      }
      habit.packets += 1;
      return false;
    }
    const isUsual = habit.copies >= most * (habit.packets - 1);
    habit.copies += 1;
    return isUsual;
  }
}

/** 53 bits of the addresses, the length and a good part of the content: sequence numbers and branches are among it. */
function keyOf(
  { source, destination, identification, isTcp }: Numbered,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  let one = mix(mix(0x811c9dc5, end - start), source.port * 65_536 + destination.port);
  let other = mix(mix(0x01000193, destination.port), identification);
  for (let at = 0; at < source.host.length; at += 1) one = mix(one, source.host.charCodeAt(at));
  for (let at = 0; at < destination.host.length; at += 1)
    other = mix(other, destination.host.charCodeAt(at));
  const whole = end - start;
  // Messages are few and alike at both ends, so all of them counts; of media and of TCP, whose head has a checksum, it is enough.
  const isMessage = !isTcp && u8(bytes, start) < 0x80;
  const stop = isMessage ? end : Math.min(end, start + looked);
  for (let at = start; at + 4 <= stop; at += 4) {
    one = mix(one, u32(bytes, at));
    other = Math.imul(other ^ one, 0x5bd1e995);
  }
  if (whole >= 4) other = mix(other, u32(bytes, end - 4));
  return (one >>> 0) * 0x200000 + (other >>> 11);
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x01000193);
  return mixed ^ (mixed >>> 15);
}
