// What a media engine counts is told while a call goes on, and once more when it is over.
import { expect, test } from 'vitest';
import type { StreamReport } from '../../packages/sip/src/sdp/negotiator.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { formatTapLine, parseTapLine } from '../../packages/sip/src/trace/capture/tap-lines.ts';
import { incomingCall, peerHangsUp } from './calls.ts';
import { inWorld } from './world.ts';

/** Media that lets a test say what it counted. */
class CountingMedia extends SilentMedia {
  readonly listeners: ((reports: readonly StreamReport[]) => void)[] = [];

  override open(): SilentSession {
    return Object.assign(super.open(), {
      reportTo: (listener: (reports: readonly StreamReport[]) => void) => {
        this.listeners.push(listener);
      },
    });
  }
}

test('interim reports are observations of their session, and none comes after the end', () =>
  inWorld(async (world) => {
    const media = new CountingMedia({ random: seededRandom(4), host: '10.0.0.1' });
    const standing = await incomingCall(world, { media });
    const report = {
      ...{ line: 0, codec: 'PCMU', sentPackets: 250, receivedPackets: 249 },
      ...{ lostPackets: 1, jitterMilliseconds: 0.5 },
    };
    const tell = media.listeners[0];
    tell?.([report]);
    const told = standing.agent.observed.filter(({ kind }) => kind === 'media');
    expect(told).toMatchObject([{ ...report, interim: true }]);
    const [observation] = told;
    if (observation === undefined) throw new Error('Nothing was told');
    const line = parseTapLine(formatTapLine(observation, { redact: true }));
    expect(line).toMatchObject({ ok: true, value: { ...report, interim: true } });
    await peerHangsUp(world, standing);
    tell?.([report]);
    expect(standing.agent.observed.filter(({ kind }) => kind === 'media')).toHaveLength(1);
  }));
