// Calls with a session timer, for the tests of RFC 4028.
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { fromCallee, fromCaller, request, sdp } from './texts.ts';
import type { AgentOptions, World } from './world.ts';

/** Where our agent is. */
export const ours = { host: '10.0.0.1', port: 5060 };
/** The contact of the peer. */
export const contact = 'Contact: <sip:peer@10.0.0.9>';
/** The type of its bodies. */
export const sdpType = 'Content-Type: application/sdp';

/** A call, and a request of the peer in it. */
interface Up {
  readonly peer: ScriptedPeer;
  readonly call: Call<SilentSession>;
  readonly invite: Arrived;
  readonly accepted: Arrived | undefined;
  say(method: string, headers?: readonly string[], body?: string): void;
}

/** We called, and the answer had these headers. */
export async function called(
  world: World,
  answer: readonly string[],
  options: AgentOptions = {},
): Promise<Up> {
  const agent = await world.agent('alice', ours.host, options);
  const peer = await world.peer('10.0.0.9');
  const outgoing = agent.ua.call('sip:peer@10.0.0.9');
  await world.elapse(20);
  const invite = peer.take('INVITE');
  peer.respond(invite, 200, { headers: [contact, sdpType, ...answer], body: sdp() });
  const call = await world.during(outgoing.answered);
  await world.elapse(20);
  peer.take('ACK');
  let cseq = 100;
  return {
    peer,
    call,
    invite,
    accepted: undefined,
    say(method, headers = [], body = '') {
      if (method !== 'ACK') cseq += 1;
      peer.send(fromCallee(peer.address, invite, { method, cseq, headers, body }), ours);
    },
  };
}

/** The peer called with these headers, and we answered. */
export async function answered(
  world: World,
  headers: readonly string[],
  options: AgentOptions = {},
): Promise<Up> {
  const agent = await world.agent('alice', ours.host, options);
  const peer = await world.peer('10.0.0.9');
  peer.send(request(peer.address, { uri: 'sip:alice@10.0.0.1', headers, body: sdp() }), ours);
  const call = await world.during((await agent.nextCall()).accept());
  await world.elapse(20);
  const accepted = peer.take('SIP/2.0 200');
  let cseq = 1;
  const say: Up['say'] = (method, more = [], body = '') => {
    if (method !== 'ACK') cseq += 1;
    peer.send(fromCaller(peer.address, accepted, { method, cseq, headers: more, body }), ours);
  };
  say('ACK');
  await world.elapse(20);
  return { peer, call, invite: accepted, accepted, say };
}

/** When requests of `method` came, in seconds after `start`. */
export const timesOf = (peer: ScriptedPeer, start: number, method: string): number[] =>
  peer.log
    .filter(({ text }) => text.startsWith(method))
    .map(({ at }) => Math.round((at - start) / 1000));
