// Calls that are up: between a user agent of ours and a peer made of text, from either side.
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { Call } from '../../packages/sip/src/ua/call.ts';
import { fromCallee, fromCaller, request, sdp } from './texts.ts';
import type { RequestText } from './texts.ts';
import type { Agent, AgentOptions, World } from './world.ts';

/** A call that is up, and how the peer says something in it. */
export interface Standing {
  readonly agent: Agent;
  readonly peer: ScriptedPeer;
  readonly call: Call<SilentSession>;
  /** Sends a request of the peer in the dialog; CSeq counts up by itself, and a branch stays the same for ACK. */
  say(method: string, text?: RequestText): void;
  /** The peer's INVITE, or the INVITE that it got. */
  readonly invite: Arrived;
  /** The 2xx that the peer got; the peer's own has none. */
  readonly accepted: Arrived | undefined;
}

const ours = { host: '10.0.0.1', port: 5060 };
const inviteHeaders = ['Contact: <sip:peer@10.0.0.9>', 'Content-Type: application/sdp'];

/** The peer answers a request with a description. */
export function answerWith(
  peer: ScriptedPeer,
  invite: Arrived,
  body: string = sdp(),
  toTag = 'peer',
): void {
  peer.respond(invite, 200, { headers: inviteHeaders, body, toTag });
}

/** We called the peer, which answered. */
export async function outgoingCall(world: World, options: AgentOptions = {}): Promise<Standing> {
  const agent = await world.agent('alice', ours.host, options);
  const peer = await world.peer('10.0.0.9');
  const outgoing = agent.ua.call('sip:peer@10.0.0.9');
  await world.elapse(20);
  const invite = peer.take('INVITE');
  answerWith(peer, invite);
  const call = await world.during(outgoing.answered);
  await world.elapse(20);
  peer.take('ACK');
  let cseq = 100;
  return {
    agent,
    peer,
    call,
    invite,
    accepted: undefined,
    say(method, text = {}) {
      if (method !== 'ACK' && method !== 'CANCEL') cseq += 1;
      peer.send(fromCallee(peer.address, invite, { method, cseq, ...text }), ours);
    },
  };
}

/** The peer called us, and we answered. */
export async function incomingCall(
  world: World,
  options: AgentOptions & { readonly acknowledged?: boolean; readonly offer?: string } = {},
): Promise<Standing> {
  const agent = await world.agent('alice', ours.host, options);
  const peer = await world.peer('10.0.0.9');
  peer.send(
    request(peer.address, { uri: 'sip:alice@10.0.0.1', body: options.offer ?? sdp() }),
    ours,
  );
  const call = await world.during((await agent.nextCall()).accept());
  await world.elapse(20);
  const accepted = peer.take('SIP/2.0 200');
  let cseq = 1;
  const standing: Standing = {
    agent,
    peer,
    call,
    invite: accepted,
    accepted,
    say(method, text = {}) {
      if (method !== 'ACK' && method !== 'CANCEL') cseq += 1;
      peer.send(fromCaller(peer.address, accepted, { method, cseq, ...text }), ours);
    },
  };
  if (options.acknowledged !== false) {
    standing.say('ACK');
    await world.elapse(20);
  }
  return standing;
}

/** Both sides of the INVITE dialog are done: the peer says BYE and gets its 200. */
export async function peerHangsUp(world: World, { say, call, peer }: Standing): Promise<void> {
  say('BYE');
  await world.during(call.ended);
  await world.elapse(20);
  peer.take(/^SIP\/2\.0 200 .*BYE/s);
}
