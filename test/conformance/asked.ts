// One request to a fresh user agent server, and what it said.
import { request } from './texts.ts';
import type { RequestText } from './texts.ts';
import type { World } from './world.ts';

/** Where the server is. */
export const ours = { host: '10.0.0.2', port: 5060 };

/** Sends one request to a fresh user agent and gives its first lines, and the last answer. */
export async function asked(
  world: World,
  text: RequestText,
): Promise<{ readonly lines: readonly string[]; readonly text: string }> {
  await world.agent('bob', ours.host);
  const peer = await world.peer('10.0.0.9');
  peer.send(request(peer.address, text), ours);
  await world.elapse(150);
  const lines = peer.log.map((arrived) => arrived.text.slice(0, arrived.text.indexOf('\r\n')));
  return { lines, text: peer.log.at(-1)?.text ?? '' };
}
