// A sample as a capture between its parties would have it: every message once, and nothing of what went on inside.
import type { MessageObserved, Observation } from '../../base/tap.ts';
import type { CapturedObservation } from '../capture/captured.ts';

/** The messages of `observations` as frames of a capture. */
export function sniffed(observations: readonly Observation[]): readonly CapturedObservation[] {
  const messages = observations.filter((one): one is MessageObserved => one.kind === 'message');
  const senders = new Set(
    messages.filter(({ direction }) => direction === 'out').map(({ local }) => placeText(local)),
  );
  return messages
    .filter(({ direction, remote }) => direction === 'out' || !senders.has(placeText(remote)))
    .toSorted((one, other) => one.at - other.at)
    .map((seen, index) => ({
      kind: 'observation',
      frame: index + 1,
      observation: {
        v: 1,
        kind: 'message',
        at: seen.at,
        endpoint: '',
        direction: 'out',
        protocol: seen.protocol,
        flow: '',
        local: seen.direction === 'out' ? seen.local : seen.remote,
        remote: seen.direction === 'out' ? seen.remote : seen.local,
        text: seen.text,
      },
    }));
}

function placeText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host} ${port}`;
}
