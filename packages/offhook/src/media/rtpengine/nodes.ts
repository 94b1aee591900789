// The rtpengines that there are: the first that answers takes a new call, and one that is silent is left out until it is back.
import { silentLogger, systemClock, systemRandom } from '@offhook/sip';
import type { Clock, Logger, Random, Timer } from '@offhook/sip';
import { NoMediaLeft } from '@offhook/sip/sdp';
import { NgClient, NgRefused, NgSilent } from './ng.ts';
import type { NgChannel, NgCommand, NgReply } from './ng.ts';
import type { NgAddress } from './udp.ts';

/** What they need. */
export interface NodesOptions {
  /** The one to use first in front. */
  readonly addresses: readonly NgAddress[];
  readonly log?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** Opens the way to one rtpengine; `arrived` is called with each datagram from there. */
export type OpenChannel = (address: NgAddress, arrived: (bytes: Uint8Array) => void) => NgChannel;

/** One rtpengine. */
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

/** The rtpengines, and which of them are away. */
export class Nodes {
  readonly tools: { readonly clock: Clock; readonly random: Random; readonly log: Logger };
  readonly #nodes: readonly Node[];
  readonly #away = new Map<Node, Timer>();
  #isClosed = false;

  /** `open` opens the way to one of them. */
  constructor(options: NodesOptions, open: OpenChannel) {
    const { log = silentLogger, clock = systemClock, random = systemRandom } = options;
    this.tools = { clock, random, log };
    this.#nodes = options.addresses.map((address) => ({
      address,
      client: new NgClient({ open: (arrived) => open(address, arrived), clock, random }),
    }));
  }

  /**
   * Offers a new call to one after the other until one takes it: which, and what it said. Rejects within a second, with
   * `NoMediaLeft` when none answers.
   */
  async offer(fields: NgCommand): Promise<{ readonly node: Node; readonly reply: NgReply }> {
    const { clock } = this.tools;
    const end = clock.now() + patienceForAll;
    const present = this.#nodes.filter((node) => !this.#away.has(node));
    for (const [index, node] of present.entries()) {
      const share = (end - clock.now()) / (present.length - index);
      const isLast = index === present.length - 1;
      try {
        const patience = isLast ? share : Math.min(patienceForOne, share);
        return { node, reply: await node.client.ask(fields, patience) };
      } catch (error) {
        if (!isLast && error instanceof NgRefused && isFull(error)) continue;
        if (!(error instanceof NgSilent)) throw error;
        this.#isAway(node);
        // It may have taken the offer, and its answer come too late: nobody else would free those ports.
        node.client.ask(deletion(fields), pingEvery).catch(() => undefined);
      }
    }
    throw new NoMediaLeft('No rtpengine answers');
  }

  /** Asks each whether it is there. */
  ping(): void {
    for (const node of this.#nodes)
      node.client.ask({ command: 'ping' }, patienceForOne).catch(() => this.#isAway(node));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#away.values()) timer.cancel();
    this.#away.clear();
    await Promise.all(this.#nodes.map(({ client }) => client.close()));
  }

  #isAway(node: Node): void {
    if (this.#isClosed || this.#away.has(node)) return;
    const { log } = this.tools;
    log.warn('An rtpengine does not answer; new calls go to another, if there is one', {
      ...node.address,
    });
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

/** True for a refusal that says nothing about the description: no port or session is left, or the call is not known. */
export function isFull({ message }: NgRefused): boolean {
  return /ports|limit|load|Unknown call/i.test(message);
}

function deletion({ 'call-id': call }: NgCommand): NgCommand {
  return { command: 'delete', 'call-id': call, 'delete-delay': 0 };
}
