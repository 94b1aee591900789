// A bridge of text for the tests of this room: it carries no media, rewrites descriptions as a real one would, and does as told.
import { parseSdp, formatSdp, NoCommonMedia } from '@offhook/sip/sdp';
import type { SessionDescription, StreamReport } from '@offhook/sip/sdp';
import type {
  Bridge,
  BridgeEngine,
  BridgeEvents,
  PartyName,
  PartyProfile,
} from '../../media/bridge.ts';

/** Makes such bridges, and keeps them all. */
export class ScriptedEngine implements BridgeEngine {
  readonly name = 'scripted';
  readonly bridges: ScriptedBridge[] = [];
  /** What `open` throws, once. */
  trouble: Error | undefined;
  /** With what each offer fails from the next bridge on. */
  failing: Error | undefined;

  open(): ScriptedBridge {
    const { trouble } = this;
    this.trouble = undefined;
    if (trouble !== undefined) throw trouble;
    const bridge = new ScriptedBridge(this.failing);
    this.bridges.push(bridge);
    return bridge;
  }

  /** How many are open. */
  get size(): number {
    return this.bridges.filter(({ closed }) => !closed).length;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Party {
  readonly profile: PartyProfile;
  version: number;
  last: string;
}

/** One of them. `log` has what was asked of it: `offer caller>callee-1`. */
export class ScriptedBridge implements Bridge {
  readonly log: string[] = [];
  readonly parties = new Map<PartyName, Party>();
  closed = false;
  /** Refuses what this says: `offer caller>callee-1`. */
  refuses: (what: string) => boolean = () => false;
  readonly #failing: Error | undefined;
  readonly #listeners = new Map<string, Set<(value: never) => void>>();

  constructor(failing?: Error) {
    this.#failing = failing;
  }

  addParty(name: PartyName, profile: PartyProfile): void {
    this.log.push(`add ${name} ${profile.kind}`);
    this.parties.set(name, { profile, version: 0, last: '' });
  }

  removeParty(name: PartyName): void {
    this.log.push(`remove ${name}`);
    this.parties.delete(name);
  }

  async offer(
    from: PartyName,
    offer: SessionDescription,
    to: PartyName,
  ): Promise<SessionDescription> {
    return this.#passed('offer', from, offer, to);
  }

  async answer(
    from: PartyName,
    answer: SessionDescription,
    to: PartyName,
  ): Promise<SessionDescription> {
    return this.#passed('answer', from, answer, to);
  }

  rollback(from: PartyName, to: PartyName): void {
    this.log.push(`rollback ${from}>${to}`);
  }

  press(to: PartyName, key: string): void {
    this.log.push(`press ${to} ${key}`);
  }

  on<Name extends keyof BridgeEvents>(
    event: Name,
    listener: (value: BridgeEvents[Name]) => void,
  ): () => void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all);
    all.add(listener);
    return () => all.delete(listener);
  }

  /** Tells of something, as the media would. */
  tell<Name extends keyof BridgeEvents>(event: Name, value: BridgeEvents[Name]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }

  reportTo(): void {
    // Nothing is counted.
  }

  close(): Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> {
    this.closed = true;
    return Promise.resolve(new Map());
  }

  async #passed(
    what: string,
    from: PartyName,
    description: SessionDescription,
    to: PartyName,
  ): Promise<SessionDescription> {
    this.log.push(`${what} ${from}>${to}`);
    await Promise.resolve();
    if (this.#failing !== undefined) throw this.#failing;
    const party = this.parties.get(to);
    if (party === undefined || !this.parties.has(from)) throw new Error('No such party');
    if (this.refuses(`${what} ${from}>${to}`)) throw new NoCommonMedia('Nothing in common');
    const body = dressed(formatSdp(description), party.profile);
    if (body !== party.last) party.version += 1;
    party.last = body;
    return read(`v=0\r\no=- 1 ${party.version} IN IP4 192.0.2.1\r\n${body}`);
  }
}

/** `text` as a party of `kind` has to see it, without its first two lines. */
function dressed(text: string, { kind }: PartyProfile): string {
  const plain = text
    .replace(/^v=.*\r\no=.*\r\n/, '')
    .replaceAll(/^a=(?:ice-|fingerprint|setup|candidate|rtcp-mux).*\r\n/gm, '')
    .replaceAll('UDP/TLS/RTP/SAVPF', 'RTP/AVP')
    .replaceAll(/^c=.*$/gm, 'c=IN IP4 192.0.2.1')
    .replaceAll(/^m=(\w+) [1-9]\d*/gm, 'm=$1 30000');
  return kind === 'webrtc' ? asBrowser(plain) : plain;
}

/** A plain description as a browser writes it; `ufrag` changes when ICE starts again. */
export function asBrowser(plain: string, ufrag = 'ufrag'): string {
  const security = `a=ice-ufrag:${ufrag}\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\na=fingerprint:sha-256 ${'AB:'.repeat(31)}AB\r\na=setup:actpass\r\na=rtcp-mux\r\n`;
  return plain.replaceAll('RTP/AVP', 'UDP/TLS/RTP/SAVPF') + security;
}

/** A description from its text. Throws when it is malformed. */
export function read(text: string): SessionDescription {
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}
