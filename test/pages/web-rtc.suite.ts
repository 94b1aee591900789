// WebRTC against the contract of negotiators, as far as peers without DTLS play no part in it, and what else it promises (RFC 3264).
import { systemClock } from '@offhook/sip';
import type { Clock } from '@offhook/sip';
import { NoCommonMedia, parseSdp, formatSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import { devices, webRtc } from '@offhook/sip/browser';
import type { WebRtcSession } from '@offhook/sip/browser';
import { describe, expect, test } from 'vitest';

const talk = { direction: 'sendrecv' } as const;
const hold = { direction: 'sendonly' } as const;
const engine = webRtc();

/** Runs `act` with sessions that are closed in the end. */
async function withSessions(
  count: number,
  act: (...sessions: readonly WebRtcSession[]) => Promise<void>,
): Promise<void> {
  const sessions = Array.from({ length: count }, () => engine.open());
  try {
    await act(...sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/** What goes over the wire is text. */
function received(description: SessionDescription): SessionDescription {
  const parsed = parseSdp(formatSdp(description));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

async function exchange(
  from: WebRtcSession | undefined,
  to: WebRtcSession | undefined,
  wish: { readonly direction: 'sendrecv' | 'sendonly' } = talk,
): Promise<{ readonly offer: SessionDescription; readonly answer: SessionDescription }> {
  if (from === undefined || to === undefined) throw new Error('Two take part in an exchange');
  const offer = received(await from.createOffer(wish));
  const answer = received(await to.createAnswer(offer, talk));
  await from.applyAnswer(answer);
  return { offer, answer };
}

/** Waits until the way of the media carries. */
async function connected(session: WebRtcSession | undefined): Promise<void> {
  while (session?.connection?.connectionState !== 'connected')
    await new Promise((resolve) => setTimeout(resolve, 10));
}

const plain = [
  ...['v=0', 'o=- 7 1 IN IP4 127.0.0.9', 's=-', 'c=IN IP4 127.0.0.9', 't=0 0'],
  ...['m=audio 30000 RTP/AVP 0', ''],
].join('\r\n');

function plainOffer(): SessionDescription {
  const parsed = parseSdp(plain);
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

describe('The media of a page', () => {
  test('RFC 3264 §5, §6: an offer is answered, both agree on one stream, and media flows', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      expect(left?.streams).toMatchObject([
        { media: 'audio', codec: 'opus', direction: 'sendrecv' },
      ]);
      expect(right?.streams).toMatchObject([{ direction: 'sendrecv' }]);
      await Promise.all([connected(left), connected(right)]);
    }));

  test('RFC 3264 §8: the version rises by one when the description changed, and only then', () =>
    withSessions(2, async (left, right) => {
      const first = await exchange(left, right);
      await connected(left);
      const same = await exchange(left, right);
      const held = await exchange(left, right, hold);
      const version = ({ origin }: SessionDescription): number => Number(origin.sessionVersion);
      expect(formatSdp(same.offer)).toBe(formatSdp(first.offer));
      expect(version(same.offer) - version(first.offer)).toBe(0);
      expect(version(held.offer) - version(same.offer)).toBe(1);
      expect(held.offer.origin.sessionId).toBe(first.offer.origin.sessionId);
    }));

  test('RFC 3264 §8.4: hold and resume, from either end', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      await exchange(left, right, hold);
      expect(left?.streams[0]?.direction).toBe('sendonly');
      expect(right?.streams[0]?.direction).toBe('recvonly');
      await exchange(left, right);
      await exchange(right, left, hold);
      expect(left?.streams[0]?.direction).toBe('recvonly');
      await exchange(right, left);
      expect(left?.streams[0]?.direction).toBe('sendrecv');
    }));

  test('An offer of ours that is refused changes nothing, and the next one is taken', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      await connected(left);
      await left?.createOffer(hold);
      left?.rollback();
      expect(left?.streams[0]?.direction).toBe('sendrecv');
      await exchange(right, left);
      await exchange(left, right, hold);
      expect(left?.streams[0]?.direction).toBe('sendonly');
    }));

  test('An offer without DTLS is refused, the first and a later one, and changes nothing', () =>
    withSessions(2, async (left, right) => {
      await expect(left?.createAnswer(plainOffer(), talk)).rejects.toBeInstanceOf(NoCommonMedia);
      await exchange(left, right);
      await expect(left?.createAnswer(plainOffer(), talk)).rejects.toBeInstanceOf(NoCommonMedia);
      expect(left?.streams[0]?.direction).toBe('sendrecv');
      await left?.createOffer(talk);
      await expect(left?.applyAnswer(plainOffer())).rejects.toBeInstanceOf(NoCommonMedia);
      left?.rollback();
      await exchange(left, right);
    }));

  test('An answer that comes to nothing asks for an offer, which brings both ends together', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      await connected(left);
      let wanted = 0;
      right?.onOfferWanted(() => (wanted += 1));
      const offer = received((await left?.createOffer(hold)) ?? plainOffer());
      await right?.createAnswer(offer, talk);
      right?.rollback();
      left?.rollback();
      expect(wanted).toBe(1);
      expect(right?.streams[0]?.direction).toBe('sendrecv');
      await exchange(right, left);
      expect(left?.streams[0]?.direction).toBe('sendrecv');
    }));

  test('RFC 3261 §13.2.2.4: of three forks that answer one offer, each can become the call', async () => {
    for (const winner of [1, 2, 3])
      await withSessions(4, async (caller, ...callees) => {
        let wanted = false;
        caller?.onOfferWanted(() => (wanted = true));
        const offer = received((await caller?.createOffer(talk)) ?? plainOffer());
        const answers = await Promise.all(
          callees.map((callee) => callee.createAnswer(offer, talk)),
        );
        for (const answer of answers) await caller?.applyAnswer(received(answer));
        await caller?.applyAnswer(received(answers[winner - 1] ?? plainOffer()));
        const callee = callees[winner - 1];
        expect(wanted).toBe(true);
        await exchange(caller, callee);
        await Promise.all([connected(caller), connected(callee)]);
        expect(caller?.remoteStream.getAudioTracks().length).toBe(1);
      });
  });

  test('RFC 8829 §3.5.1: addresses that are found when the descriptions have left are told by another offer', async () => {
    // Nothing is waited for, not even a turn of the event loop.
    const clock: Clock = {
      ...systemClock,
      after(milliseconds, fire) {
        if (milliseconds > 0) return systemClock.after(milliseconds, fire);
        queueMicrotask(fire);
        return { cancel() {} };
      },
    };
    const hasty = webRtc({ gatherMilliseconds: 0, clock });
    const [left, right] = [hasty.open(), hasty.open()];
    let wanted: () => void = () => undefined;
    const again = new Promise<void>((resolve) => (wanted = resolve));
    left.onOfferWanted(wanted);
    const { offer } = await exchange(left, right);
    expect(formatSdp(offer)).not.toContain('a=candidate');
    await again;
    await exchange(left, right);
    await Promise.all([connected(left), connected(right)]);
    await Promise.all([left.close(), right.close()]);
  });

  test('RFC 8445 §2.4: an ICE restart has other names, and media goes on', () =>
    withSessions(2, async (left, right) => {
      const before = await exchange(left, right);
      await connected(left);
      left?.restartIce();
      const after = await exchange(left, right);
      const name = ({ offer }: { offer: SessionDescription }): string | undefined =>
        offer.media[0]?.attribute('ice-ufrag');
      expect(name(after)).not.toBe(name(before));
      expect(left?.connection?.connectionState).toBe('connected');
    }));

  test('Video is added, refused, shown one way, and removed; the audio line stays as it is', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      await connected(left);
      await left?.setCamera('');
      await exchange(left, right);
      expect(left?.streams).toMatchObject([
        { media: 'audio', direction: 'sendrecv' },
        { media: 'video', direction: 'sendonly' },
      ]);
      expect(right?.remoteStream.getVideoTracks().length).toBe(1);
      expect(left?.localStream?.getVideoTracks().length).toBe(1);
      await right?.setCamera('');
      await exchange(right, left);
      expect(left?.streams[1]?.direction).toBe('sendrecv');
      await left?.setCamera(undefined);
      await exchange(left, right);
      expect(left?.streams[1]?.direction).toBe('recvonly');
      await right?.setCamera(undefined);
      await exchange(right, left);
      await exchange(left, right);
      expect(left?.streams[1]?.codec).toBeUndefined();
      expect(left?.streams[0]?.direction).toBe('sendrecv');
    }));

  test('The screen takes the place of the camera and gives it back, and a call without a camera shows it alone', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      await connected(left);
      await left?.shareScreen(true);
      await exchange(left, right);
      expect(left?.streams[1]).toMatchObject({ media: 'video', direction: 'sendonly' });
      const sent = (): string | undefined =>
        left?.connection?.getSenders().find(({ track }) => track?.kind === 'video')?.track?.id;
      const screen = sent();
      await left?.setCamera('');
      expect(sent()).toBe(screen);
      await left?.shareScreen(false);
      expect(sent()).toBeDefined();
      expect(sent()).not.toBe(screen);
      expect(left?.streams[0]?.direction).toBe('sendrecv');
    }));

  test('Another microphone is sent at once, and what stands in for it too: nothing is negotiated', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      await connected(left);
      const sent = (): MediaStreamTrack | null | undefined =>
        left?.connection?.getSenders()[0]?.track;
      const before = sent();
      const [, other] = (await devices.list()).filter(({ kind }) => kind === 'microphone');
      await left?.setMicrophone(other?.id ?? '');
      const microphone = sent();
      expect(microphone).not.toBe(before);
      const context = new AudioContext();
      const [music] = context.createMediaStreamDestination().stream.getAudioTracks();
      await left?.substitute(music);
      expect(sent()).toBe(music);
      await left?.substitute(undefined);
      expect(sent()).toBe(microphone);
      await context.close();
      expect(left?.connection?.signalingState).toBe('stable');
    }));

  test('A call that begins with the camera offers video at once', () =>
    withSessions(2, async (left, right) => {
      void left?.setCamera('');
      const { offer } = await exchange(left, right);
      expect(offer.media.map(({ media }) => media)).toEqual(['audio', 'video']);
    }));

  test('Keys are sent one after another, and nonsense is refused', () =>
    withSessions(2, async (left, right) => {
      await expect(left?.dtmf('1')).rejects.toMatchObject({ code: 'SIP_STATE' });
      await exchange(left, right);
      await connected(left);
      await expect(left?.dtmf('x')).rejects.toThrow(TypeError);
      await Promise.all([left?.dtmf('12'), left?.dtmf('#')]);
    }));

  test('Muting is heard, and the level of the microphone is measured all the same', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      await connected(left);
      if (left === undefined) return;
      left.muted = true;
      const [track] = left.localStream?.getAudioTracks() ?? [];
      expect(track?.enabled).toBe(false);
      let loudest = 0;
      const off = left.on('level', ({ local }) => (loudest = Math.max(loudest, local)));
      while (loudest === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      off();
      left.muted = false;
      expect(track?.enabled).toBe(true);
    }));

  test('close frees everything, also what is still being made, and nothing works after it', () =>
    withSessions(2, async (left, right) => {
      await exchange(left, right);
      const connection = left?.connection;
      await left?.close();
      expect(connection?.signalingState).toBe('closed');
      expect(left?.localStream).toBeUndefined();
      await expect(left?.createOffer(talk)).rejects.toThrow('closed');
      const late = engine.open();
      const offer = late.createOffer(talk);
      await late.close();
      await expect(offer).rejects.toThrow();
      expect(late.connection).toBeUndefined();
    }));
});
