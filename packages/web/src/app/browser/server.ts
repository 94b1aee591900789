// The server's HTTP side: `/api/…` beside the page.
import { systemClock } from '@offhook/sip';
import { ServerRefusal } from '../../model/ports.ts';
import type { PhoneConfiguration, ServerPort } from '../../model/ports.ts';

/** The API below `base`, such as `https://pbx.example.com/`. */
export function serverAt(base: URL): ServerPort {
  // How long the last report took, by which the server knows how our clock stands to its own.
  let roundTrip: number | undefined;
  return {
    configuration: async () => configurationOf(await ask(base, 'api/phone', { method: 'GET' })),
    join: async (token) => {
      await ask(base, 'api/join', { method: 'POST', body: { token } });
    },
    subscribe: async (subscription) => {
      await ask(base, 'api/push', { method: 'POST', body: { subscription } });
    },
    unsubscribe: async () => {
      await ask(base, 'api/push', { method: 'DELETE' });
    },
    trace: async (callId) => {
      const url = new URL(`api/trace/calls/${encodeURIComponent(callId)}`, base);
      const response = await fetch(url, { cache: 'no-store', credentials: 'same-origin' });
      if (!response.ok) throw new ServerRefusal(response.status, '', response.statusText);
      return await response.text();
    },
    report: async (lines) => {
      const url = new URL('api/trace/observations', base);
      url.searchParams.set('now', String(systemClock.wall()));
      if (roundTrip !== undefined) url.searchParams.set('roundTrip', String(roundTrip));
      const begun = systemClock.now();
      const response = await fetch(url, {
        method: 'POST',
        credentials: 'same-origin',
        headers: { 'content-type': 'application/x-ndjson' },
        body: lines,
      });
      roundTrip = systemClock.now() - begun;
      if (!response.ok) throw new ServerRefusal(response.status, '', response.statusText);
    },
  };
}

async function ask(
  base: URL,
  path: string,
  { method, body }: { readonly method: string; readonly body?: object },
): Promise<unknown> {
  const response = await fetch(new URL(path, base), {
    method,
    cache: 'no-store',
    credentials: 'same-origin',
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const answer: unknown = response.status === 204 ? undefined : await response.json();
  if (response.ok) return answer;
  const { code = '', message = response.statusText } = refusalIn(answer);
  throw new ServerRefusal(response.status, code, message);
}

function refusalIn(answer: unknown): { readonly code?: string; readonly message?: string } {
  const error: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'error') : undefined;
  if (typeof error !== 'object' || error === null) return {};
  return {
    code: String(Reflect.get(error, 'code')),
    message: String(Reflect.get(error, 'message')),
  };
}

// The page and its server are of one version: what the server says has this shape.
function configurationOf(answer: unknown): PhoneConfiguration {
  return answer as PhoneConfiguration;
}
