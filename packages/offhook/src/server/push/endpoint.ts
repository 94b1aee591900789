// Where push messages may go: to the push services of browsers, and nowhere that somebody else would like us to knock at.

/** The hosts of the browsers' makers; with a dot at the start every name below it. */
const services: readonly string[] = [
  'fcm.googleapis.com',
  'jmt17.google.com',
  '.push.services.mozilla.com',
  '.push.apple.com',
  '.notify.windows.com',
];

const longest = 1_024;

/**
 * The endpoint of a subscription as a URL; undefined when no push message may go there. `others` are further push services
 * by their origins.
 */
export function pushEndpoint(text: string, others: readonly string[]): URL | undefined {
  if (text.length > longest || !/^https?:\/\/[\x21-\x7e]+$/.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  if (others.includes(url.origin)) return url;
  if (url.protocol !== 'https:' || url.port !== '') return undefined;
  const isKnown = services.some((service) =>
    service.startsWith('.') ? url.hostname.endsWith(service) : url.hostname === service,
  );
  return isKnown ? url : undefined;
}
