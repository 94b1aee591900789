// The traces of the system that runs on a data folder of this machine, over its own HTTP.
import { systemClock } from '@offhook/sip';
import { keyFor } from '../server/core/route-signer.ts';
import { defaultDomain, keptDomain, keptLocal } from '../server/started-with.ts';
import { Tokens } from '../server/token/tokens.ts';
import type { FoundCalls, TraceGap } from '../server/trace/messages.ts';
import { operatorPurpose } from '../server/trace-service.ts';
import { readKey } from '../server/users/key-file.ts';
import { exitStatus, Failure } from './failure.ts';

/** What happens now, event by event: a tap line, how many of them we read too late, or that the system does not keep all. */
export type LiveEvent =
  | { readonly line: string }
  | { readonly lost: number }
  | { readonly gap: TraceGap };

/** Asks the system of a data folder. */
export class SystemTraces {
  readonly #folder: string;
  readonly #base: string;

  constructor(folder: string) {
    this.#folder = folder;
    const base = keptLocal(folder);
    if (base === undefined) throw notRunning(folder);
    this.#base = base;
  }

  /** All tap lines of a call. */
  async lines(callId: string): Promise<readonly string[]> {
    const response = await this.#ask(`api/trace/calls/${encodeURIComponent(callId)}`);
    return (await response.text()).trimEnd().split('\n');
  }

  /** The Call-IDs of the last calls, the eldest first, and when not all was kept since the first of them. */
  async last(
    count: number,
  ): Promise<{ readonly ids: readonly string[]; readonly gaps: readonly TraceGap[] }> {
    const response = await this.#ask(`api/trace/calls?limit=${count}`);
    const { calls, gaps }: FoundCalls = JSON.parse(await response.text());
    const first = calls.at(-1)?.startedAt ?? 0;
    return {
      ids: calls.map(({ id }) => id).toReversed(),
      gaps: gaps.filter(({ until }) => until === undefined || until >= first),
    };
  }

  /** What happens from now on, until the system ends or `signal` is aborted. */
  async *live(signal: AbortSignal, call?: string): AsyncGenerator<LiveEvent> {
    const query = call === undefined ? '' : `?call=${encodeURIComponent(call)}`;
    const { body } = await this.#ask(`api/trace/live${query}`, signal);
    if (body === null) return;
    let rest = '';
    let name = '';
    try {
      for await (const bytes of body) {
        const lines = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line.startsWith('event: ')) name = line.slice(7);
          else if (line === '') name = '';
          else if (line.startsWith('data: ') && name === '') yield { line: line.slice(6) };
          else if (line.startsWith('data: ') && name === 'gap')
            yield { lost: Number(/\d+/.exec(line)?.[0] ?? 0) };
          else if (line.startsWith('data: ') && name === 'untraced')
            yield { gap: gapOf(line.slice(6)) };
        }
      }
    } catch (error) {
      // A system that ends cuts its streams.
      if (!signal.aborted && !(error instanceof TypeError)) throw error;
    }
  }

  async #ask(path: string, signal?: AbortSignal): Promise<Response> {
    const headers = this.#headers();
    const response = await fetch(`${this.#base}${path}`, {
      headers,
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw notRunning(this.#folder, error);
    });
    if (response.ok) return response;
    throw await refusalOf(response);
  }

  #headers(): Record<string, string> {
    const key = readKey(this.#folder);
    if (key === undefined) return {};
    const tokens = new Tokens({ key: keyFor(operatorPurpose, key), clock: systemClock });
    const domain = keptDomain(this.#folder) ?? defaultDomain;
    return { authorization: `Bearer ${tokens.issue('operator', domain).text.reveal()}` };
  }
}

// The system and its command line are of one version: what it says has this shape.
function gapOf(json: string): TraceGap {
  return JSON.parse(json) as TraceGap;
}

async function refusalOf(response: Response): Promise<Failure> {
  const answer: unknown = await response.json().catch(() => undefined);
  const error: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'error') : undefined;
  const of = (name: string, otherwise: string): string =>
    typeof error === 'object' && error !== null ? String(Reflect.get(error, name)) : otherwise;
  return new Failure(of('message', `The system answered ${response.status}`), {
    code: of('code', 'OFFHOOK_TRACE'),
    status: exitStatus.refused,
    next: of('next', 'Look into the log of the system'),
  });
}

function notRunning(folder: string, cause?: unknown): Failure {
  return new Failure(`No system runs on the data folder ${folder}`, {
    code: 'OFFHOOK_NOT_RUNNING',
    status: exitStatus.network,
    next: 'npx offhook serve, or --data for another folder, or --read for a capture',
    cause,
  });
}
