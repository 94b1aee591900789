// An rtpengine beside this process, or several, as the engine of bridges: the first that answers takes the call.
import { silentLogger, systemClock, systemRandom } from '@offhook/sip';
import type { Clock, Logger, Random, Timer } from '@offhook/sip';
import { NoMediaLeft } from '@offhook/sip/sdp';
import type { Bridge, BridgeEngine } from '../bridge.ts';
import { RtpengineBridge } from './bridge.ts';
import { NgClient, NgSilent } from './ng.ts';
import type { NgCommand, NgReply } from './ng.ts';
import { udpChannel } from './udp.ts';
import type { NgAddress } from './udp.ts';

/** What the engine needs. */
export interface RtpengineOptions {
  /** Where each rtpengine listens for commands, the one to use first in front. */
  readonly addresses: readonly NgAddress[];
  readonly log?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** One rtpengine, and whether it answers. */
export interface Node {
  readonly address: NgAddress;
  readonly client: NgClient;
}

/** How long a new call waits in all, in milliseconds, so that it is refused within a second (X08). */
const patienceForAll = 900;
/** How long one rtpengine may take where there is another to ask. */
const patienceForOne = 400;
/** How often one that was silent is asked whether it is back. */
const pingEvery = 1_000;

/** Makes the engine. Nothing is asked of rtpengine before the first call. */
export function rtpengineBridge(options: RtpengineOptions): BridgeEngine {
  if (options.addresses.length === 0) throw new TypeError('rtpengine needs an address');
  const nodes = new Nodes(options);
  const bridges = new Set<RtpengineBridge>();
  return {
    name: 'rtpengine',
    open(): Bridge {
      const bridge = new RtpengineBridge({ ...nodes.tools, nodes, closed: () => bridges.delete(bridge) });
      bridges.add(bridge);
      return bridge;
    },
    async close() {
      await Promise.allSettled([...bridges].map((bridge) => bridge.close()));
      await nodes.close();
    },
  };
}

/** The rtpengines, and which of them are away. */
export class Nodes {
  readonly tools: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
  readonly #nodes: readonly Node[];
  readonly #away = new Map<Node, Timer>();

  constructor({ addresses, log = silentLogger, clock = systemClock, random = systemRandom }: RtpengineOptions) {
    this.tools = { clock, random, log };
    this.#nodes = addresses.map((address) => ({
      address,
      client: new NgClient({
        open: (arrived) => udpChannel(address, { arrived, log }),
        clock,
        random,
      }),
    }));
  }

  /** Asks one after the other until one answers: who it was, and what it said. Rejects with `NoMediaLeft` within a second. */
  async askAny(command: NgCommand): Promise<{ readonly node: Node; readonly reply: NgReply }> {
    const present = this.#nodes.filter((node) => !this.#away.has(node));
    const patience = Math.min(patienceForOne, patienceForAll / present.length);
    for (const node of present) {
      try {
        return { node, reply: await node.client.ask(command, patience) };
      } catch (error) {
        if (!(error instanceof NgSilent)) throw error;
        this.#isAway(node);
      }
    }
    throw new NoMediaLeft('No rtpengine answers');
  }

  async close(): Promise<void> {
    for (const timer of this.#away.values()) timer.cancel();
    this.#away.clear();
    await Promise.all(this.#nodes.map(({ client }) => client.close()));
  }

  #isAway(node: Node): void {
    if (this.#away.has(node)) return;
    const { log } = this.tools;
    log.warn('An rtpengine does not answer; new calls go to another, if there is one', { ...node.address });
    this.#pingLater(node);
  }

  #pingLater(node: Node): void {
    const { clock, log } = this.tools;
    const timer = clock.after(pingEvery, () => {
      node.client.ask({ command: 'ping' }, pingEvery).then(
        () => {
          if (this.#away.delete(node)) log.info('An rtpengine answers again', { ...node.address });
        },
        () => {
          if (this.#away.get(node) === timer) this.#pingLater(node);
        },
      );
    });
    this.#away.set(node, timer);
  }
}
