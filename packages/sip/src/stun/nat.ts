// What a NAT does, found out by asking a STUN server from two of its addresses (RFC 5780 §4.3, §4.4; words of RFC 4787 §4.1, §5).
import type { BindingAnswer, BindingChange, MappedAddress } from './binding.ts';

/** What a mapping, or the filter before it, looks at of the far end. */
export type NatLooksAt =
  | 'endpoint-independent'
  | 'address-dependent'
  | 'address-and-port-dependent';

/** What is known of the way to the world. */
export interface NatReport {
  /** Where this side sends from. */
  readonly local: MappedAddress;
  /** What the server sees. */
  readonly mapped: MappedAddress;
  /** Whether a further far end sees another port: `none` without a NAT, `unknown` where the server has one address only. */
  readonly mapping: NatLooksAt | 'none' | 'unknown';
  /** Who may answer. */
  readonly filtering: NatLooksAt | 'unknown';
}

/** What finding out needs. */
export interface NatQuestions {
  readonly local: MappedAddress;
  readonly server: MappedAddress;
  /** Further servers, asked where the first one has only one address. */
  readonly others?: readonly MappedAddress[] | undefined;
  /** Asks from the one socket; undefined when there is no answer. */
  readonly ask: (
    server: MappedAddress,
    change?: BindingChange,
  ) => Promise<BindingAnswer | undefined>;
}

/** Finds it out; undefined when the server does not answer, or not by STUN. */
export async function discoverNat(questions: NatQuestions): Promise<NatReport | undefined> {
  const { local, server, ask } = questions;
  const first = await ask(server);
  if (first?.kind !== 'mapped') return undefined;
  const { address: mapped, other } = first;
  // Before anything goes to the other address, which would open the filter for it.
  const filtering = other === undefined ? 'unknown' : await filteringOf(questions);
  const mapping = isSame(mapped, local)
    ? 'none'
    : other === undefined
      ? await mappingByOthers(questions, mapped)
      : await mappingBy(other, questions, mapped);
  return { local, mapped, mapping, filtering };
}

/** RFC 5780 §4.4. */
async function filteringOf({ server, ask }: NatQuestions): Promise<NatReport['filtering']> {
  if ((await ask(server, { address: true, port: true }))?.kind === 'mapped')
    return 'endpoint-independent';
  const fromOtherPort = await ask(server, { address: false, port: true });
  return fromOtherPort?.kind === 'mapped' ? 'address-dependent' : 'address-and-port-dependent';
}

/** RFC 5780 §4.3. */
async function mappingBy(
  other: MappedAddress,
  { server, ask }: NatQuestions,
  mapped: MappedAddress,
): Promise<NatReport['mapping']> {
  const second = await ask({ host: other.host, port: server.port });
  if (second?.kind !== 'mapped') return 'unknown';
  if (isSame(second.address, mapped)) return 'endpoint-independent';
  const third = await ask(other);
  if (third?.kind !== 'mapped') return 'unknown';
  return isSame(third.address, second.address) ? 'address-dependent' : 'address-and-port-dependent';
}

// Two servers that see one address and port know as much of it as one server with two addresses.
async function mappingByOthers(
  { server, others = [], ask }: NatQuestions,
  mapped: MappedAddress,
): Promise<NatReport['mapping']> {
  const far = others.find(({ host }) => host !== server.host);
  const seen = far === undefined ? undefined : await ask(far);
  if (seen?.kind !== 'mapped') return 'unknown';
  // Which of the two it looks at takes a second port of one address to tell; for media it is the same.
  return isSame(seen.address, mapped) ? 'endpoint-independent' : 'address-and-port-dependent';
}

function isSame(one: MappedAddress, other: MappedAddress): boolean {
  return one.host === other.host && one.port === other.port;
}
