// HEP, version 3, over UDP: what we see goes to a collector such as Homer or sngrep, and agents elsewhere tell us what they see.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Clock } from '@offhook/sip';
import { hepObservation, readHep, writeHep } from '@offhook/sip/trace';
import { callIdIn } from './facts.ts';
import { HepDrops } from './hep-drops.ts';
import type { SeenMessage } from './lines.ts';
import type { UdpAddress } from './messages.ts';

/** Sends messages on until it is closed. */
export interface HepSender {
  readonly send: (message: SeenMessage) => void;
  readonly close: () => void;
}

/** Characters of a message that fit into a datagram with all that HEP says of it. */
const longest = 65_000;

/** Sends to the collector at `collector`; nobody there costs nothing. */
export function hepSender({ host, port }: UdpAddress): HepSender {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  // A collector that is away, or an address that cannot be reached.
  socket.on('error', () => undefined);
  socket.unref();
  return {
    send: (message) => {
      const text = message.text.slice(0, longest);
      const correlation = callIdIn(message.text);
      const packet = writeHep({ ...message, text }, { correlation });
      socket.send(packet, port, host, () => undefined);
    },
    close: () => socket.close(),
  };
}

/** What a listener is made of. */
export interface HepListenerOptions {
  readonly at: UdpAddress;
  readonly clock: Clock;
  /** Takes what an agent saw. */
  readonly take: (message: SeenMessage) => void;
  /** Something that the operator should know. */
  readonly warn: (text: string) => void;
}

/** The payload's type of RTCP, in binary or, by Asterisk, as JSON. */
const hepRtcp = 5;

/** Packets of a second that are read; more would take the time from our own traces. */
const mostPerSecond = 5_000;

/** Listens for agents until the result is called. */
export function listenForHep({ at, clock, take, warn }: HepListenerOptions): () => void {
  const socket: Socket = createSocket(isIPv6(at.host) ? 'udp6' : 'udp4');
  let second = 0;
  let left = mostPerSecond;
  const drops = new HepDrops(clock, warn);
  const times = new AgentTimes();
  socket.on('error', (error) =>
    warn(`HEP is not heard on ${at.host} port ${at.port}: ${error.message}`),
  );
  socket.on('message', (packet, { address }) => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      second = now;
      left = mostPerSecond;
    }
    left -= 1;
    if (left < 0) return drops.add('flood');
    const read = readHep(packet);
    if (!read.ok) return drops.add('no-hep');
    const message = hepObservation(read.value);
    if (message === undefined) return drops.add(read.value.type === hepRtcp ? 'rtcp' : 'other');
    // What was long ago or is to come would never end by its age: it came now.
    const told = timely(message.at, clock.wall());
    take({ ...message, at: times.inOrder(`${address} ${read.value.agent}`, told) });
  });
  socket.bind(at.port, at.host);
  socket.unref();
  return () => socket.close();
}

/** How far an agent's clock may be from ours, in milliseconds. */
const farthest = 86_400_000;

function timely(at: number, wall: number): number {
  return Math.abs(at - wall) < farthest ? at : wall;
}

/** Agents whose last times are known. */
const agents = 1_000;

/** Keeps what an agent saw within a millisecond in the order in which it was told: Asterisk has fractions of what it sends only. */
class AgentTimes {
  readonly #last = new Map<string, number>();

  inOrder(agent: string, at: number): number {
    const last = this.#last.get(agent) ?? at;
    const time = at < last && last - at < 1 ? last : at;
    this.#last.delete(agent);
    this.#last.set(agent, time);
    for (const idlest of this.#last.keys()) {
      if (this.#last.size <= agents) break;
      this.#last.delete(idlest);
    }
    return time;
  }
}
