// The value of `--media`: which engine joins the media of unlike parties.
import { isIPv4, isIPv6 } from 'node:net';
import { InvalidArgumentError } from 'commander';
import type { NgAddress } from '../media/rtpengine/udp.ts';

/** The engine in this process, or rtpengines beside it, the one to use first in front. */
export type MediaChoice =
  | { readonly engine: 'embedded' }
  | {
      readonly engine: 'rtpengine';
      readonly addresses: readonly NgAddress[];
      /** Where they log the keys that they see pressed. */
      readonly keyLog: NgAddress | undefined;
    };

/** Reads `embedded` or `rtpengine=udp:127.0.0.1:22222,…,keys=127.0.0.1:22223`. */
export function mediaChoice(text: string): MediaChoice {
  if (text === 'embedded') return { engine: 'embedded' };
  const [, list] = /^rtpengine=(.+)$/.exec(text) ?? [];
  const parts = list?.split(',').map((one) => one.trim()) ?? [];
  const keys = parts.filter((part) => part.startsWith('keys='));
  const others = parts.filter((part) => !part.startsWith('keys='));
  const addresses = others
    .map((part) => addressOf(part, 'udp:'))
    .filter((each) => each !== undefined);
  const [keyLog] = keys.map((part) => addressOf(part, 'keys='));
  const isKnown = addresses.length === others.length && keys.length <= 1;
  if (addresses.length > 0 && isKnown && (keys.length === 0) === (keyLog === undefined))
    return { engine: 'rtpengine', addresses, keyLog };
  throw new InvalidArgumentError(
    'It is embedded, or rtpengine=udp:127.0.0.1:22222, with an address.',
  );
}

function addressOf(text: string, start: string): NgAddress | undefined {
  const [, four, six, digits] =
    /^(?:([\d.]+)|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(
      text.startsWith(start) ? text.slice(start.length) : '',
    ) ?? [];
  const host = four ?? six;
  const port = Number(digits);
  const isNumeric = (four !== undefined && isIPv4(four)) || (six !== undefined && isIPv6(six));
  return host !== undefined && isNumeric && port > 0 && port < 65_536 ? { host, port } : undefined;
}
