// A bridged call in the traces: one call of two legs, whoever is asked for.
import { expect, test } from 'vitest';
import { TestKeeper } from '../trace/trace.test-kit.ts';
import { GatewayWorld, server } from './gateway.test-kit.ts';

test('both legs of a bridged call are one trace, which either user sees whole and nobody else', async () => {
  const world = await GatewayWorld.start();
  const browser = await world.browser('alice', '192.0.2.10');
  const phone = await world.phone('bob', '192.0.2.20');
  const [call, answered] = await world.talk(browser, phone, 'bob');
  const ended = call.hangUp();
  await world.pass();
  await ended;
  await answered.ended;
  const traces = new TestKeeper({ domain: server.host });
  traces.keeper.observe(world.observations);
  const [found, ...others] = traces
    .calls({ text: call.dialog.id.callId })
    .calls.filter(({ method }) => method === 'INVITE');
  expect(others).toEqual([]);
  expect(found?.legs.toSorted()).toEqual(
    [call.dialog.id.callId, answered.dialog.id.callId].toSorted(),
  );
  for (const user of ['alice', 'bob']) {
    const lines = traces.lines({ call: answered.dialog.id.callId, user }) ?? [];
    expect(lines.some((line) => line.includes(call.dialog.id.callId))).toBe(true);
  }
  expect(traces.lines({ call: call.dialog.id.callId, user: 'carol' })).toBeUndefined();
});
