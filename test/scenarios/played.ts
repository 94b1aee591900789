// A call flow of an RFC, as it was played: its messages, its ladder, and that nothing is left of it.
import { ladder } from '@offhook/sip/trace';
import { expect } from 'vitest';
import type { Agent, World } from '../conformance/world.ts';
import { DomainProxy } from './domain-proxy.ts';
import { withoutChance } from './golden.ts';

/** Whoever observed its part. */
export type Party = Agent | DomainProxy;

/** What a flow is to be. */
export interface Flow {
  /** Of the ladder, in golden/ and without `.txt`. */
  readonly file: string;
  readonly parties: readonly Party[];
  /** A letter for each host. */
  readonly hosts: Readonly<Record<string, string>>;
  /** Every message on the wire, as `A1 INVITE`: from, to, and method or status. */
  readonly messages: readonly string[];
}

/** Holds what was sent against the RFC's list, the ladder against its file, and sees that nothing is left. */
export async function expectPlayed(world: World, flow: Flow): Promise<void> {
  const { file, parties, hosts, messages } = flow;
  await world.elapse(100);
  expect(sentIn(world, hosts)).toEqual(messages);
  const observed = parties.flatMap((party) => party.observed);
  const text = withoutChance(ladder(observed, { width: 120 }));
  await expect(text).toMatchFileSnapshot(new URL(`golden/${file}.txt`, import.meta.url).pathname);
  await world.elapse(40_000);
  for (const party of parties) if (party instanceof DomainProxy) await closed(party);
  await world.end();
}

async function closed({ endpoint, proxy }: DomainProxy): Promise<void> {
  expect([endpoint.transactionCount, proxy.size, endpoint.faults]).toEqual([0, 0, 0]);
  await endpoint.close();
}

function sentIn(world: World, hosts: Flow['hosts']): readonly string[] {
  const letter = (host: string): string =>
    Object.entries(hosts).find(([, known]) => known === host)?.[0] ?? '?';
  return world.network.packets.map(({ from, to, text }) => {
    const what = text.startsWith('SIP/2.0 ') ? text.slice(8, 11) : text.split(' ', 1)[0];
    return `${letter(from.host)}${letter(to.host)} ${what}`;
  });
}
