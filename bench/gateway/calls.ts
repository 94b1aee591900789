// Calls between telephones through a bridge, for the load of media: who sends where.
import { formatSdp, parseSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import type { Bridge, BridgeEngine } from '../../packages/offhook/src/media/bridge.ts';

/** How the calls go: through one bridge, or through two with SRTP between them. */
export type Way = 'plain' | 'encrypted';

/** Joins `count` calls from number `first` on; the lines of the result are those of `rtpload`'s map. */
export async function joinCalls(
  engine: BridgeEngine,
  { count, first, way }: { readonly count: number; readonly first: number; readonly way: Way },
): Promise<string> {
  const lines: string[] = [];
  for (let call = 0; call < count; call += 1) {
    const place = 2 * (first + call);
    const [caller, callee] = [61_000 + place, 61_000 + place];
    const [towardsCaller, towardsCallee] = await joinCall(engine, way, caller, callee);
    lines.push(`${caller} ${callee} ${towardsCaller} ${towardsCallee}\n`);
  }
  return lines.join('');
}

async function joinCall(
  engine: BridgeEngine,
  way: Way,
  caller: number,
  callee: number,
): Promise<readonly [number, number]> {
  const first = bridgeOf(engine, way === 'encrypted' ? 'required' : 'off');
  if (way === 'plain') {
    const offer = await first.offer('caller', telephone('127.0.0.2', caller), 'callee');
    const answer = await first.answer('callee', telephone('127.0.0.3', callee), 'caller');
    return [portOf(answer), portOf(offer)];
  }
  const second = bridgeOf(engine, 'off');
  // Each description goes as text from one bridge to the other, as over a wire.
  const again = (description: SessionDescription): SessionDescription => {
    const read = parseSdp(formatSdp(description));
    if (!read.ok) throw new Error('A bridge wrote what cannot be read');
    return read.value;
  };
  const hidden = await first.offer('caller', telephone('127.0.0.2', caller), 'callee');
  const offer = await second.offer('caller', again(hidden), 'callee');
  const answered = await second.answer('callee', telephone('127.0.0.3', callee), 'caller');
  const answer = await first.answer('callee', again(answered), 'caller');
  return [portOf(answer), portOf(offer)];
}

function bridgeOf(engine: BridgeEngine, srtp: 'off' | 'required'): Bridge {
  const bridge = engine.open();
  bridge.addParty('caller', { kind: 'rtp' });
  bridge.addParty('callee', { kind: 'rtp', srtp });
  return bridge;
}

/** The description of a telephone that has PCMU at `host`. */
export function telephone(host: string, port: number): SessionDescription {
  const lines = [
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', `c=IN IP4 ${host}`, 't=0 0'],
    ...[`m=audio ${port} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', 'a=sendrecv', ''],
  ];
  const read = parseSdp(lines.join('\r\n'));
  if (!read.ok) throw new Error('The description of a telephone cannot be read');
  return read.value;
}

function portOf(description: SessionDescription): number {
  return description.media[0]?.port ?? 0;
}
