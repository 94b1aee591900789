// An rtpengine beside this process, or several, as the engine of bridges.
import { silentLogger } from '@offhook/sip';
import type { Bridge, BridgeEngine } from '../bridge.ts';
import { RtpengineBridge } from './bridge.ts';
import { Nodes } from './nodes.ts';
import type { NodesOptions } from './nodes.ts';
import { udpChannel } from './udp.ts';

/** Makes the engine, and asks each rtpengine whether it is there: the log tells of one that is not. */
export function rtpengineBridge(options: NodesOptions): BridgeEngine {
  if (options.addresses.length === 0) throw new TypeError('rtpengine needs an address');
  const { log = silentLogger } = options;
  const nodes = new Nodes(options, (address, arrived) => udpChannel(address, { arrived, log }));
  nodes.ping();
  return engineOver(nodes);
}

/** The engine over these rtpengines. */
export function engineOver(nodes: Nodes): BridgeEngine {
  const bridges = new Set<RtpengineBridge>();
  return {
    name: 'rtpengine',
    open(): Bridge {
      const bridge = new RtpengineBridge(nodes, () => bridges.delete(bridge));
      bridges.add(bridge);
      return bridge;
    },
    async close() {
      await Promise.allSettled([...bridges].map((bridge) => bridge.close()));
      await nodes.close();
    },
  };
}
