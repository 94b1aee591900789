// The engine that joins the parties of calls in this process, in threads of its own.
import { availableParallelism } from 'node:os';
import { isIP } from 'node:net';
import type { Logger } from '@offhook/sip';
import type { BridgeEngine } from '../bridge.ts';
import { MediaThread } from '../media-thread.ts';
import type { PortRange } from '../port-pair.ts';
import { EmbeddedBridge } from './embedded-bridge.ts';
import type { BridgeSettings, BridgeThread } from './embedded-bridge.ts';

/** How parties are joined. */
export interface EmbeddedBridgeOptions {
  /**
   * The numeric address to bind; unless `advertised` is given also the one that parties are told, so not 0.0.0.0. 127.0.0.1
   * unless said: then only this machine can talk.
   */
  readonly host?: string | undefined;
  /** The numeric address that parties are told, where it is another. */
  readonly advertised?: string | undefined;
  /** Ports for media; 16384 to 32767 unless said. A browser takes one, a telephone two for each line. */
  readonly portRange?: PortRange | undefined;
  /** Threads among which calls are spread; one less than the machine has cores unless said. */
  readonly threads?: number | undefined;
  /** Hears of listeners that throw. */
  readonly log?: Logger | undefined;
}

/** Makes the engine. Its threads start with the first calls. */
export function embeddedBridge(options: EmbeddedBridgeOptions = {}): BridgeEngine {
  const host = options.host ?? '127.0.0.1';
  const settings: BridgeSettings = {
    host,
    advertised: options.advertised ?? host,
    ports: options.portRange ?? { first: 16_384, last: 32_767 },
    log: options.log,
  };
  if (isIP(host) === 0 || /^(0\.0\.0\.0|::)$/.test(settings.advertised)) {
    throw new TypeError('A bridge needs a numeric host, and an advertised one that can be reached');
  }
  const count = options.threads ?? Math.max(1, availableParallelism() - 1);
  const threads = Array.from(
    { length: count },
    (): BridgeThread =>
      new MediaThread({ file: './embedded/bridge-worker', name: 'offhook-bridge' }),
  );
  const bridges = new Set<EmbeddedBridge>();
  return {
    name: 'embedded',
    open() {
      // The one with the fewest parties; a call stays in its thread.
      const [thread] = threads.toSorted((a, b) => a.size - b.size);
      if (thread === undefined) throw new TypeError('A bridge needs a thread');
      const bridge = new EmbeddedBridge(thread, settings, () => bridges.delete(bridge));
      bridges.add(bridge);
      return bridge;
    },
    async close() {
      await Promise.allSettled([...bridges].map((bridge) => bridge.close()));
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
