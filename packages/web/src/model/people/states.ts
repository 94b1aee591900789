// What notifications tell of somebody: dialogs (RFC 4235), presence (RFC 3863, RFC 4480), waiting messages (RFC 3842).
import type { LampState } from '../phone.ts';
import { child, childrenOf, readXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** The dialogs of somebody, by their ids: what a partial notification changes. */
export type DialogStates = ReadonlyMap<string, 'ringing' | 'busy'>;

/** What a `dialog-info` document tells. */
export interface DialogInfo {
  readonly version: number;
  readonly full: boolean;
  /** Each dialog that it names; undefined for one that is over. */
  readonly dialogs: ReadonlyMap<string, 'ringing' | 'busy' | undefined>;
}

/** Reads `application/dialog-info+xml` (RFC 4235 §4); undefined when it is none. */
export function readDialogInfo(text: string): DialogInfo | undefined {
  const root = readXml(text);
  if (root?.name !== 'dialog-info') return undefined;
  const dialogs = new Map<string, 'ringing' | 'busy' | undefined>();
  for (const dialog of childrenOf(root, 'dialog')) {
    dialogs.set(dialog.attributes.get('id') ?? '', stateOfDialog(dialog));
  }
  return {
    version: Number(root.attributes.get('version') ?? 0),
    full: root.attributes.get('state') !== 'partial',
    dialogs,
  };
}

/** What is known of the dialogs after one more document (RFC 4235 §4.3); undefined when one was missed, and all must be asked for. */
export function nextDialogs(
  before: { readonly version: number; readonly dialogs: DialogStates } | undefined,
  info: DialogInfo,
): { readonly version: number; readonly dialogs: DialogStates } | undefined {
  const { version, full } = info;
  if (before !== undefined && version <= before.version && !full) return before;
  if (!full && (before === undefined || version !== before.version + 1)) return undefined;
  const dialogs = new Map(full ? [] : before?.dialogs);
  for (const [id, state] of info.dialogs) {
    if (state === undefined) dialogs.delete(id);
    else dialogs.set(id, state);
  }
  return { version, dialogs };
}

/** The lamp of somebody with these dialogs: a talk outshines a ringing. */
export function lampOfDialogs(dialogs: DialogStates): LampState {
  const states = [...dialogs.values()];
  if (states.includes('busy')) return 'busy';
  return states.includes('ringing') ? 'ringing' : 'available';
}

/** What `application/pidf+xml` tells (RFC 3863 §4, RFC 4480 §3.2); undefined when it is none. */
export function readPresence(
  text: string,
): { readonly state: LampState; readonly note: string | undefined } | undefined {
  const root = readXml(text);
  if (root?.name !== 'presence') return undefined;
  const tuples = childrenOf(root, 'tuple');
  const open = tuples.some((tuple) => child(child(tuple, 'status'), 'basic')?.text === 'open');
  const activities = childrenOf(root, 'person').flatMap((person) =>
    childrenOf(person, 'activities').flatMap(({ children }) => children.map(({ name }) => name)),
  );
  const note = [root, ...tuples, ...childrenOf(root, 'person')]
    .map((element) => child(element, 'note')?.text)
    .find((one) => one !== undefined && one !== '')
    ?.slice(0, 200);
  const busy = activities.some((name) => name === 'on-the-phone' || name === 'busy');
  const away = activities.some((name) => name === 'away' || name === 'permanent-absence');
  if (busy) return { state: 'busy', note };
  return { state: open && !away ? 'available' : 'away', note };
}

/** How many messages wait. */
export interface WaitingMessages {
  readonly waiting: boolean;
  readonly fresh: number;
  readonly old: number;
  /** Where they are heard. */
  readonly account: string | undefined;
}

/** Reads `application/simple-message-summary` (RFC 3842 §5.2); undefined when it is none. */
export function readMessageSummary(text: string): WaitingMessages | undefined {
  const head = text.slice(0, 10_000);
  const waiting = /^Messages-Waiting[ \t]*:[ \t]*(yes|no)[ \t]*$/im.exec(head)?.[1];
  if (waiting === undefined) return undefined;
  const counts = /^Voice-Message[ \t]*:[ \t]*(\d{1,9})[ \t]*\/[ \t]*(\d{1,9})/im.exec(head);
  const account = /^Message-Account[ \t]*:[ \t]*(sips?:[^\s<>]{1,200})[ \t]*$/im.exec(head)?.[1];
  return {
    waiting: waiting.toLowerCase() === 'yes',
    fresh: Number(counts?.[1] ?? 0),
    old: Number(counts?.[2] ?? 0),
    account,
  };
}

function stateOfDialog(dialog: XmlElement): 'ringing' | 'busy' | undefined {
  const state = child(dialog, 'state')?.text ?? '';
  if (state === 'confirmed') return 'busy';
  if (!['trying', 'proceeding', 'early'].includes(state)) return undefined;
  // RFC 4235 §4.1.1: who calls is on the phone, who is called is rung.
  return dialog.attributes.get('direction') === 'initiator' ? 'busy' : 'ringing';
}
