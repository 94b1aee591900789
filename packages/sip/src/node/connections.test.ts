// Who counts as one source, and how connections are found again.
import { expect, test } from 'vitest';
import { Connections } from './connections.ts';
import type { ConnectionFlow } from './connections.ts';
import { connectionLimits } from './guard.ts';

function flow(host: string, port: number): ConnectionFlow {
  return {
    id: `tcp ${host} ${port}`,
    protocol: 'TCP',
    reliable: true,
    local: { host: '192.0.2.1', port: 5060 },
    remote: { host, port },
    open: true,
    accepted: true,
    send() {},
    close() {},
    trust() {},
    touch() {},
  };
}

test('An IPv6 network of 64 bits is one source, as is an IPv4 address (A43)', () => {
  const connections = new Connections<ConnectionFlow>(
    { ...connectionLimits, perSource: 2 },
    () => false,
  );
  const release = connections.reserve('2001:db8:0:1::1', () => {});
  connections.add(flow('2001:db8:0:1:ffff::2', 1));
  expect(connections.mayAccept('2001:db8:0:1::3')).toBe(false);
  expect(connections.mayAccept('2001:db8:0:2::1')).toBe(true);
  connections.add(flow('192.0.2.7', 1));
  connections.add(flow('192.0.2.7', 2));
  expect(connections.mayAccept('192.0.2.7')).toBe(false);
  expect(connections.mayAccept('192.0.2.8')).toBe(true);
  release();
  release();
  expect(connections.mayAccept('2001:db8:0:1::3')).toBe(true);
});

test('The newest connection to a remote is found, by its alias too, and none that is gone', () => {
  const connections = new Connections<ConnectionFlow>(connectionLimits, () => true);
  const [older, newer] = [flow('192.0.2.7', 1), flow('192.0.2.7', 1)];
  const any = (): boolean => true;
  connections.add(older);
  connections.add(newer);
  expect(connections.find({ host: '192.0.2.7', port: 1 }, any)).toBe(newer);
  connections.alias(older, { host: '192.0.2.7', port: 5061 });
  connections.alias(older, { host: '192.0.2.7', port: 5062 });
  expect(connections.find({ host: '192.0.2.7', port: 5061 }, any)).toBeUndefined();
  expect(connections.find({ host: '192.0.2.7', port: 5062 }, any)).toBe(older);
  connections.remove(older);
  connections.remove(older);
  expect(connections.find({ host: '192.0.2.7', port: 5062 }, any)).toBeUndefined();
  connections.remove(newer);
  expect(connections.size).toBe(0);
});
