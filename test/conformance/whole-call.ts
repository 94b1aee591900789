// A call with all that a call can have, over whatever network a test gives it.
import { keyPressInfo } from '../../packages/sip/src/session/dtmf-relay.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import { giveUp, World } from './world.ts';

type Protocol = 'UDP' | 'TCP';

/** How a call begins and ends. */
export interface CallKind {
  readonly offerless: boolean;
  readonly cancelled: boolean;
}

/** All that a call can have, from INVITE to BYE, in about 200 ms; then whoever still has a call hangs up. */
export async function wholeCall(
  world: World,
  protocol: Protocol,
  { offerless, cancelled }: CallKind,
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

/** A call over TCP whose connection is reset `at` milliseconds after its INVITE. */
export async function resetAt(at: number, kind: CallKind): Promise<void> {
  const world = new World({}, at);
  world.clock.after(at, () => world.network.cut('10.0.0.1'));
  await wholeCall(world, 'TCP', kind);
}

/** A call over UDP of which the packets are lost that `isLost` says, counted from 1. */
export async function without(isLost: (number: number) => boolean, kind: CallKind): Promise<void> {
  const judge = ({ number }: { readonly number: number }) =>
    isLost(number) ? ('lose' as const) : undefined;
  await wholeCall(new World({ judge }), 'UDP', kind);
}
