// Numbers and words of the command line, checked.
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { replaces } from '@offhook/sip/message';
import { codecNamed } from '../media/codec/codec.ts';
import type { CodecName } from '../media/codec/codec.ts';

/** A port, 0 for any free one. */
export function portNumber(text: string): number {
  return wholeNumber(text, 0, 65_535, 'a port');
}

/** Seconds, at least one. */
export function secondsNumber(text: string): number {
  return wholeNumber(text, 1, 86_400, 'a number of seconds');
}

/** Days, at least one. */
export function daysNumber(text: string): number {
  return wholeNumber(text, 1, 3_650, 'a number of days');
}

/** Megabytes: less than 10 would not hold what is going on. */
export function megabytesNumber(text: string): number {
  return wholeNumber(text, 10, 1_000_000, 'a number of megabytes');
}

/** Codecs, with commas between them. */
export function codecNames(text: string): readonly CodecName[] {
  return text.split(',').map((name) => {
    const codec = codecNamed(name.trim());
    if (codec === undefined)
      throw new InvalidArgumentError(`There is no codec ${JSON.stringify(name)}.`);
    return codec.name;
  });
}

/** Keys of a telephone. */
export function dtmfKeys(text: string): string {
  if (/^[0-9A-Da-d*#]{1,64}$/.test(text)) return text.toUpperCase();
  throw new InvalidArgumentError('Keys are 0-9, *, # and A-D.');
}

/** The value of a Replaces header: which call another phone has (RFC 3891 §6.1). */
export function replacesValue(text: string): string {
  const read = replaces.parse([text]);
  if (read.ok) return text;
  throw new InvalidArgumentError('It looks like CALL-ID;to-tag=TAG;from-tag=TAG.');
}

/** Name servers, numeric, with commas between them. */
export function nameServers(text: string): readonly string[] {
  const servers = text.split(',').map((one) => one.trim());
  if (servers.every(isNameServer)) return servers;
  throw new InvalidArgumentError('Name servers are addresses: 127.0.0.1:5353,192.0.2.53.');
}

/** Web sites as browsers name them in Origin, with commas between them. */
export function webOrigins(text: string): readonly string[] {
  const origins = text.split(',').map((one) => one.trim().toLowerCase());
  if (origins.every((one) => /^https?:\/\//.test(one) && URL.parse(one)?.origin === one))
    return origins;
  throw new InvalidArgumentError('Origins look like https://shop.example:8443, without a path.');
}

/** TURN servers (RFC 7065), with commas between them. */
export function turnServers(text: string): readonly string[] {
  const servers = text.split(',').map((one) => one.trim());
  const form = /^turns?:(?:[a-z0-9.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/i;
  if (servers.every((one) => form.test(one))) return servers;
  throw new InvalidArgumentError(
    'TURN servers look like turn:turn.example.com:3478?transport=udp.',
  );
}

/** A numeric address and a port of UDP, as `127.0.0.1:9060` or `udp:[::1]:9060`. */
export function udpAddress(text: string): { readonly host: string; readonly port: number } {
  const [, four, six, port] =
    /^(?:udp:)?(?:([\d.]+)|\[([\da-f:.]+)\]):(\d{1,5})$/i.exec(text) ?? [];
  const host = four ?? six ?? '';
  if (isIP(host) !== 0 && Number(port) > 0 && Number(port) < 65_536)
    return { host, port: Number(port) };
  throw new InvalidArgumentError('It looks like udp:127.0.0.1:9060.');
}

/** The address of a page, with a slash at its end. */
export function pageAddress(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`)
    return url.href;
  throw new InvalidArgumentError('It looks like https://phone.example.com/, without a path.');
}

function isNameServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, four, six, port] = /^(?:([\d.]+)|\[([\da-f:.]+)\])(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const numeric = (four !== undefined && isIPv4(four)) || (six !== undefined && isIPv6(six));
  return numeric && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
}

/** A whole number from `least` to `most`; `what` it is, in words. */
export function wholeNumber(text: string, least: number, most: number, what: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be ${what} from ${least} to ${most}.`);
}
