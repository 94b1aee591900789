// The value of `--media`: which engine joins the media of unlike parties.
import { isIPv4, isIPv6 } from 'node:net';
import { InvalidArgumentError } from 'commander';
import type { NgAddress } from '../media/rtpengine/udp.ts';

/** The engine in this process, or rtpengines beside it, the one to use first in front. */
export type MediaChoice =
  | { readonly engine: 'embedded' }
  | { readonly engine: 'rtpengine'; readonly addresses: readonly NgAddress[] };

/** Reads `embedded` or `rtpengine=udp:127.0.0.1:22222,…`. */
export function mediaChoice(text: string): MediaChoice {
  if (text === 'embedded') return { engine: 'embedded' };
  const [, list] = /^rtpengine=(.+)$/.exec(text) ?? [];
  const addresses = list?.split(',').map((one) => addressOf(one.trim())) ?? [];
  const known = addresses.filter((address) => address !== undefined);
  if (known.length > 0 && known.length === addresses.length)
    return { engine: 'rtpengine', addresses: known };
  throw new InvalidArgumentError(
    'It is embedded, or rtpengine=udp:127.0.0.1:22222, with an address.',
  );
}

function addressOf(text: string): NgAddress | undefined {
  const [, four, six, digits] = /^udp:(?:([\d.]+)|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(text) ?? [];
  const host = four ?? six;
  const port = Number(digits);
  const isNumeric = (four !== undefined && isIPv4(four)) || (six !== undefined && isIPv6(six));
  return host !== undefined && isNumeric && port > 0 && port < 65_536 ? { host, port } : undefined;
}
