// a=ssrc: what is said of one source of RTP, such as its canonical name (RFC 5576 §4.1).
import type { MediaDescription } from '../description.ts';

/** The sources that a media line names, each with its attributes in their order; a flag has an empty value. */
export function sourcesOf(
  media: MediaDescription,
): ReadonlyMap<number, readonly (readonly [string, string])[]> {
  const sources = new Map<number, (readonly [string, string])[]>();
  for (const { name, value } of media.attributes) {
    const found =
      name === 'ssrc' ? /^(\d{1,10}) ([^:\s]{1,64})(?::(.*))?$/.exec(value ?? '') : null;
    const ssrc = Number(found?.[1]);
    if (found === null || ssrc > 0xffff_ffff) continue;
    const said = sources.get(ssrc) ?? [];
    said.push([found[2] ?? '', found[3] ?? '']);
    sources.set(ssrc, said);
  }
  return sources;
}
