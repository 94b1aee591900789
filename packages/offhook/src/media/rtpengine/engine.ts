// An rtpengine beside this process, or several, as the engine of bridges.
import { silentLogger } from '@offhook/sip';
import type { Bridge, BridgeEngine } from '../bridge.ts';
import { RtpengineBridge } from './bridge.ts';
import { openKeyLog } from './key-log.ts';
import type { LoggedKey } from './key-log.ts';
import { Nodes } from './nodes.ts';
import type { NodesOptions } from './nodes.ts';
import { udpChannel } from './udp.ts';
import type { NgAddress } from './udp.ts';

/** What the engine needs. */
export interface RtpengineOptions extends NodesOptions {
  /** Where each rtpengine logs the keys that it sees pressed (its `dtmf-log-dest`); without it, none are told. */
  readonly keyLog?: NgAddress | undefined;
}

/** Makes the engine, and asks each rtpengine whether it is there: the log tells of one that is not. */
export function rtpengineBridge(options: RtpengineOptions): BridgeEngine {
  if (options.addresses.length === 0) throw new TypeError('rtpengine needs an address');
  const { log = silentLogger, keyLog } = options;
  const nodes = new Nodes(options, (address, arrived) => udpChannel(address, { arrived, log }));
  nodes.ping();
  const engine = engineOver(nodes);
  if (keyLog === undefined) return engine;
  const hosts = options.addresses.map(({ host }) => host);
  const closeLog = openKeyLog({
    address: keyLog,
    hosts,
    log,
    pressed: (key) => engine.pressed(key),
  });
  return {
    ...engine,
    async close() {
      await closeLog();
      await engine.close();
    },
  };
}

/** An engine that is told of keys. */
export interface RtpengineEngine extends BridgeEngine {
  /** A key was seen in the media of one of its calls. */
  pressed(key: LoggedKey): void;
}

/** The engine over these rtpengines. */
export function engineOver(nodes: Nodes): RtpengineEngine {
  const bridges = new Map<string, RtpengineBridge>();
  return {
    name: 'rtpengine',
    open(): Bridge {
      const bridge = new RtpengineBridge(nodes, () => bridges.delete(bridge.call));
      bridges.set(bridge.call, bridge);
      return bridge;
    },
    pressed({ call, tag, key }) {
      bridges.get(call)?.pressed(tag, key);
    },
    async close() {
      await Promise.allSettled([...bridges.values()].map((bridge) => bridge.close()));
      await nodes.close();
    },
  };
}
