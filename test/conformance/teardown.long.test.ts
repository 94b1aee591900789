// Whatever breaks at whatever moment of a call, both sides end it, and nothing of it is left (A44).
import { expect, test } from 'vitest';
import { resetAt, wholeCall, without } from './whole-call.ts';
import { World } from './world.ts';

for (const offerless of [false, true]) {
  for (const cancelled of [false, true]) {
    const what = `${cancelled ? 'cancelled' : 'answered'} call${offerless ? ' without an offer' : ''}`;

    test(`RFC 3261 §18.4: the connection of a ${what} is reset every 3 ms from INVITE to BYE (A44)`, async () => {
      for (let at = 1; at <= 240; at += 3) await resetAt(at, { offerless, cancelled });
    });

    test(`RFC 3261 §12.2.1.2: the network of a ${what} is dead from each packet on (A44)`, async () => {
      const undisturbed = new World();
      await wholeCall(undisturbed, 'UDP', { offerless, cancelled });
      const { length } = undisturbed.network.packets;
      const lines = undisturbed.network.packets.map(({ text }) => text.split(' ', 1)[0]);
      const whole = ['INVITE', 'PRACK', 'ACK', 'UPDATE', 'INFO', 'BYE'];
      for (const method of cancelled ? ['INVITE', 'PRACK', 'CANCEL'] : whole)
        expect(lines).toContain(method);
      for (let dead = 1; dead <= length; dead += 1)
        await without((number) => number >= dead, { offerless, cancelled });
    });

    test(`RFC 3261 §17: of a ${what} each packet once is lost (A44)`, async () => {
      const undisturbed = new World();
      await wholeCall(undisturbed, 'UDP', { offerless, cancelled });
      const { length } = undisturbed.network.packets;
      for (let lost = 1; lost <= length; lost += 1)
        await without((number) => number === lost, { offerless, cancelled });
    });
  }
}
