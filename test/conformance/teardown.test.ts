// Whatever breaks at whatever moment of a call, both sides end it, and nothing of it is left (A44).
import { expect, test } from 'vitest';
import { keyPressInfo } from '../../packages/sip/src/session/dtmf-relay.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import { giveUp, World } from './world.ts';

type Protocol = 'UDP' | 'TCP';

/** All that a call can have, from INVITE to BYE, in about 200 ms; then whoever still has a call hangs up. */
async function wholeCall(
  world: World,
  protocol: Protocol,
  { offerless, cancelled }: { readonly offerless: boolean; readonly cancelled: boolean },
): Promise<void> {
  const alice = await world.agent('alice', '10.0.0.1', { protocol });
  const bob = await world.agent('bob', '10.0.0.2', { protocol });
  const calls: Call[] = [];
  const answering = (async () => {
    for await (const call of bob.ua.incoming) {
      call.ring();
      void (async () => {
        await call.earlyMedia();
        if (cancelled) return;
        const answered = await call.accept();
        calls.push(answered);
        await answered.hold();
      })().catch(() => undefined);
    }
  })();
  const transport = protocol === 'TCP' ? ';transport=tcp' : '';
  const outgoing = alice.ua.call(`sip:bob@10.0.0.2${transport}`, { offerless });
  const talking = (async () => {
    const call = await outgoing.answered;
    calls.push(call);
    await call.hold('UPDATE');
    await call.inform(keyPressInfo('5'));
    await call.resume();
    await call.hangUp();
  })().catch(() => undefined);
  if (cancelled) world.clock.after(35, () => outgoing.cancel());
  await world.elapse(5_000);
  for (const call of calls) void call.hangUp();
  outgoing.cancel();
  await world.elapse(4 * giveUp);
  await talking;
  // The callee of a call that is never answered rings for three minutes.
  await world.elapse(180_000);
  await world.end();
  await answering;
}

for (const offerless of [false, true]) {
  for (const cancelled of [false, true]) {
    const what = `${cancelled ? 'cancelled' : 'answered'} call${offerless ? ' without an offer' : ''}`;

    test(`RFC 3261 §18.4: the connection of a ${what} is reset every 3 ms from INVITE to BYE (A44)`, async () => {
      for (let at = 1; at <= 240; at += 3) {
        const world = new World({}, at);
        world.clock.after(at, () => world.network.cut('10.0.0.1'));
        await wholeCall(world, 'TCP', { offerless, cancelled });
      }
    });

    test(`RFC 3261 §12.2.1.2: the network of a ${what} is dead from each packet on (A44)`, async () => {
      const undisturbed = new World();
      await wholeCall(undisturbed, 'UDP', { offerless, cancelled });
      const { length } = undisturbed.network.packets;
      const lines = undisturbed.network.packets.map(({ text }) => text.split(' ', 1)[0]);
      const whole = ['INVITE', 'PRACK', 'ACK', 'UPDATE', 'INFO', 'BYE'];
      for (const method of cancelled ? ['INVITE', 'PRACK', 'CANCEL'] : whole)
        expect(lines).toContain(method);
      for (let dead = 1; dead <= length; dead += 1) {
        const judge = ({ number }: { readonly number: number }) =>
          number >= dead ? ('lose' as const) : undefined;
        await wholeCall(new World({ judge }), 'UDP', { offerless, cancelled });
      }
    });

    test(`RFC 3261 §17: of a ${what} each packet once is lost (A44)`, async () => {
      const undisturbed = new World();
      await wholeCall(undisturbed, 'UDP', { offerless, cancelled });
      const { length } = undisturbed.network.packets;
      for (let lost = 1; lost <= length; lost += 1) {
        const judge = ({ number }: { readonly number: number }) =>
          number === lost ? ('lose' as const) : undefined;
        await wholeCall(new World({ judge }), 'UDP', { offerless, cancelled });
      }
    });
  }
}
