// Links to what is looked at: the part of the address behind `#`, written as one looks and read when the page is opened.
import type { LaneChoice, TimeWindow, TraceView } from './selection.ts';
import type { SourceKind } from './source.ts';

/** What a link says. */
export interface Link {
  /** Where the call is; for a file also its name, since only who has it can open it. */
  readonly source: SourceKind | undefined;
  readonly name: string | undefined;
  readonly call: string | undefined;
  /** A second call, shown beside the first. */
  readonly beside: string | undefined;
  readonly frame: number | undefined;
  readonly lane: LaneChoice | undefined;
  readonly window: TimeWindow | undefined;
  readonly view: TraceView | undefined;
  /** The devices in place of calls; and of them the one whose log is open. */
  readonly devices: boolean;
  readonly device: string | undefined;
}

/** Says nothing. */
export const noLink: Link = {
  source: undefined,
  name: undefined,
  call: undefined,
  beside: undefined,
  frame: undefined,
  lane: undefined,
  window: undefined,
  view: undefined,
  devices: false,
  device: undefined,
};

const kinds: readonly SourceKind[] = ['file', 'live', 'stored', 'opened', 'lab'];
const views: readonly TraceView[] = ['plain', 'engineer', 'teacher'];
const lanes: readonly LaneChoice['lane'][] = ['T', 'D', 'S', 'stream'];

/** Reads the part behind `#`; what makes no sense is left out. */
export function parseLink(text: string): Link {
  const asked = new Map(
    text
      .replace(/^#/, '')
      .split('&')
      .map((pair): [string, string] => {
        const [name = '', ...value] = pair.split('=');
        return [name, decoded(value.join('='))];
      }),
  );
  const [, lane, number] = /^(T|D|S|stream)(\d{1,9})$/.exec(asked.get('lane') ?? '') ?? [];
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(asked.get('time') ?? '') ?? [];
  return {
    source: kinds.find((kind) => kind === asked.get('source')),
    name: textIn(asked.get('file')),
    call: textIn(asked.get('call')),
    beside: textIn(asked.get('beside')),
    frame: count(asked.get('frame')),
    lane: laneOf(lane, number),
    window:
      from === undefined || to === undefined ? undefined : { from: Number(from), to: Number(to) },
    view: views.find((view) => view === asked.get('view')),
    devices: asked.has('devices'),
    device: textIn(asked.get('device')),
  };
}

/** Writes it; empty when there is nothing to say. */
export function formatLink(link: Link): string {
  const { source, name, call, beside, frame, lane, window, view, devices, device } = link;
  const parts: readonly (readonly [string, string | undefined])[] = [
    ['source', source],
    ['file', name],
    ['call', call],
    ['beside', beside],
    ['frame', frame === undefined ? undefined : String(frame)],
    ['lane', lane === undefined ? undefined : `${lane.lane}${lane.number}`],
    ['time', window && `${Math.floor(window.from)}-${Math.ceil(window.to)}`],
    // The usual view is not said.
    ['view', view === 'engineer' ? undefined : view],
  ];
  const pairs = [...parts, ['device', device] as const].flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : `${key}=${encoded(value)}`,
  );
  return [...(devices ? ['devices'] : []), ...pairs].join('&');
}

function laneOf(lane: string | undefined, number: string | undefined): LaneChoice | undefined {
  const found = lanes.find((one) => one === lane);
  return found === undefined ? undefined : { lane: found, number: Number(number) };
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function textIn(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text.slice(0, 1_000);
}

// Call-IDs have an `@` as a rule, which reads better as it is.
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%40', '@').replaceAll('%3A', ':');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
