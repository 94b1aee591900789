// The server's side of traces over HTTP: lists, records, server-sent events, and the files of the Fault Lab.
import type { CaptureFile } from '../../model/trace/ask.ts';
import type { Device } from '../../model/trace/device/device.ts';
import { TraceRefusal } from '../../model/trace/server.ts';
import type {
  FaultLabel,
  KeptGap,
  LiveListener,
  StoredCalls,
  TraceServer,
} from '../../model/trace/server.ts';
import { toldFile } from './capture-files.ts';

/** The server at `base`, such as `https://pbx.example.com/`. */
export function traceServerAt(base: URL): TraceServer {
  const ask = async (path: string): Promise<Response> => {
    const response = await fetch(new URL(path, base), {
      cache: 'no-store',
      credentials: 'same-origin',
    });
    if (!response.ok) throw new TraceRefusal(response.status);
    return response;
  };
  const file = async (path: string, name: string): Promise<CaptureFile> =>
    toldFile(await (await ask(path)).blob(), name);
  return {
    calls: async (wish) => {
      const asked = new URLSearchParams();
      for (const [name, value] of Object.entries(wish))
        if (value !== undefined && value !== '') asked.set(name, String(value));
      return callsOf(await (await ask(`api/trace/calls?${asked.toString()}`)).json());
    },
    call: async (callId) =>
      await (await ask(`api/trace/calls/${encodeURIComponent(callId)}`)).text(),
    live: (listener, callId) => live(base, listener, callId),
    opened: async () => openedOf(await (await ask('api/opened')).json()),
    openedFile: (index, name) => file(`api/opened/${index}`, name),
    devices: async () => devicesOf(await (await ask('api/trace/devices')).json()),
    labels: async () => labelsOf(await (await ask('faults/labels.json')).json()),
    labFile: (name) => file(`faults/${encodeURIComponent(name)}`, name),
  };
}

function live(base: URL, listener: LiveListener, callId: string | undefined): () => void {
  const url = new URL('api/trace/live', base);
  if (callId !== undefined) url.searchParams.set('call', callId);
  const source = new EventSource(url);
  source.addEventListener('ready', listener.opened);
  source.addEventListener('message', ({ data }) => listener.line(String(data)));
  source.addEventListener('untraced', ({ data }) => listener.untraced(gapOf(String(data))));
  // A browser tries again by itself unless the server said no.
  source.addEventListener('error', () => listener.lost(source.readyState === EventSource.CLOSED));
  return () => source.close();
}

// The page and its server are of one version: what the server says has these shapes.
function callsOf(answer: unknown): StoredCalls {
  return answer as StoredCalls;
}

function gapOf(json: string): KeptGap {
  return JSON.parse(json) as KeptGap;
}

function devicesOf(answer: unknown): readonly Device[] {
  return (answer as { readonly devices: readonly Device[] }).devices;
}

function openedOf(answer: unknown): readonly { readonly name: string }[] {
  return (answer as { readonly files: readonly { readonly name: string }[] }).files;
}

function labelsOf(answer: unknown): readonly FaultLabel[] {
  return answer as readonly FaultLabel[];
}
