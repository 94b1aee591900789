// A call that forks, in a page: several callees answer one INVITE, each with ICE and DTLS of its own, and one of them takes the call
// (RFC 3261 §13.2.2.4).
import { systemClock, UserAgent } from '@offhook/sip';
import { webRtc } from '@offhook/sip/browser';
import type { WebRtcSession } from '@offhook/sip/browser';
import { formatSdp, parseSdp } from '@offhook/sip/sdp';
import { headerRows, ScriptedPeer, seededRandom, VirtualNetwork } from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { describe, expect, test } from 'vitest';

const [home, away] = ['10.0.0.1', '10.0.0.9'];
const talk = { direction: 'sendrecv' } as const;
const tags = ['first', 'second', 'third'] as const;

describe('A call of a page that forks', () => {
  test.each(tags)(
    'RFC 3261 §13.2.2.4: three callees send early media, and the %s answers: media flows in its dialog',
    async (winner) => {
      const network = new VirtualNetwork({
        ...{ clock: systemClock, random: seededRandom(1), latency: 1 },
      });
      const transport = network.transport('UDP', away, 5060);
      const peer = new ScriptedPeer({ clock: systemClock, transport });
      await peer.start();
      const media = webRtc();
      const callees = new Map<string, WebRtcSession>(tags.map((tag) => [tag, media.open()]));
      peer.when('INVITE', (invite) => void answer(peer, invite, callees, winner));
      peer.when('BYE', (bye) => peer.respond(bye, 200));
      const agent = new UserAgent({
        account: { aor: `sip:alice@${home}` },
        transports: [network.transport('UDP', home, 5060)],
        media,
      });
      const outgoing = agent.call(`sip:bob@${away}`);
      const heard: string[] = [];
      for await (const { fork, media: early } of outgoing.progress) if (early) heard.push(fork);
      const call = await outgoing.answered;
      expect(heard).toEqual(tags);
      expect(call.dialog.id.remoteTag).toBe(winner);
      await connected(call.media);
      await connected(callees.get(winner));
      expect(call.media.remoteStream.getAudioTracks().length).toBe(1);
      await call.hangUp();
      await agent.close();
      await peer.close();
      await Promise.all([...callees.values()].map((callee) => callee.close()));
    },
  );
});

/** Each callee tells early media, and one answers with the same; a later offer goes to that one. */
async function answer(
  peer: ScriptedPeer,
  invite: Arrived,
  callees: ReadonlyMap<string, WebRtcSession>,
  winner: string,
): Promise<void> {
  const offer = parseSdp(invite.text.slice(invite.text.indexOf('\r\n\r\n') + 4));
  if (!offer.ok) throw new Error(offer.error.text);
  const isFirst = !/;tag=/.test(headerRows(invite.text, 'To')[0] ?? '');
  const answers = new Map<string, string>();
  for (const [tag, callee] of callees) {
    if (isFirst || tag === winner)
      answers.set(tag, formatSdp(await callee.createAnswer(offer.value, talk)));
  }
  const respond = (status: number, toTag: string): void =>
    peer.respond(invite, status, {
      toTag,
      headers: [`Contact: <sip:${toTag}@${away}>`, 'Content-Type: application/sdp'],
      body: answers.get(toTag) ?? '',
    });
  if (isFirst) for (const tag of answers.keys()) respond(183, tag);
  respond(200, winner);
}

async function connected(session: WebRtcSession | undefined): Promise<void> {
  while (session?.connection?.connectionState !== 'connected')
    await new Promise((resolve) => setTimeout(resolve, 10));
}
