// Offer, answer and media in plain words: offered, active, held, resumed, ended.
import type { MediaRow, SdpNote } from '../correlate/labelled.ts';
import { note, seconds } from './note.ts';
import type { NoteOptions } from './note.ts';
import { harmless } from './show.ts';
import type { Glyphs, Line } from './style.ts';

/** The note of a media line. */
export function mediaNotes(row: MediaRow, options: NoteOptions): readonly Line[] {
  const texts: { readonly [S in MediaRow['state']]: string } = {
    early: `early media${flowsText(row, options.glyphs)}`,
    active: `active${flowsText(row, options.glyphs)}`,
    held: `held${holder(row, options.glyphs)}`,
    resumed: `resumed${flowsText(row, options.glyphs)}`,
    ended: `ended${row.lasted === undefined ? '' : ` after ${seconds(row.lasted)}`}`,
  };
  return note(row.label, texts[row.state], {}, options);
}

/** A codec line of media: `RTP PCMU 20 ms`, `SRTP` where it is encrypted. */
export function mediaLabel(row: MediaRow, index: number): string {
  const stream = row.streams[index];
  if (row.state === 'ended') return 'RTP ends';
  if (stream === undefined || (!stream.forth && !stream.back)) return 'no media';
  const codec = stream.codec === undefined ? stream.media : stream.codec;
  const audio = stream.media === 'audio' ? ` ${stream.ptime ?? 20} ms` : '';
  return `${stream.encrypted ? 'SRTP' : 'RTP'} ${codec}${audio}`;
}

export function sdpText(sdp: SdpNote, glyphs: Glyphs): string {
  const lines = sdp.lines.map((line) => {
    const name = sdp.lines.length === 1 && line.media === 'audio' ? '' : `${line.media} `;
    if (line.port === 0) return `${name}refused`;
    return `${name}${[...line.codecs.slice(0, 4), line.direction].join(' ')}`;
  });
  return `${sdp.initial ? 'offered' : sdp.role} ${harmless(lines.join('; '), glyphs.unicode)}`;
}

/** ` PCMU both ways`, ` audio PCMU both ways, video VP8, only alice sends`. */
function flowsText(row: MediaRow, glyphs: Glyphs): string {
  const show = (text: string): string => harmless(text, glyphs.unicode);
  const several = row.streams.length > 1;
  const texts = row.streams.map((stream) => {
    const media = several || stream.codec === undefined ? `${stream.media} ` : '';
    return `${show(`${media}${stream.codec ?? ''}`.trim())}${wayText(row, stream.forth, stream.back, show)}`;
  });
  return texts.length === 0 ? '' : ` ${texts.join(', ')}`;
}

function wayText(
  row: MediaRow,
  forth: boolean,
  back: boolean,
  show: (text: string) => string,
): string {
  if (forth && back) return ' both ways';
  if (!forth && !back) return ', nothing flows';
  const party = forth ? row.from : row.to;
  return `, only ${show(party.name ?? party.address)} sends`;
}

function holder(row: MediaRow, glyphs: Glyphs): string {
  const show = (text: string): string => harmless(text, glyphs.unicode);
  const forth = row.streams.some((stream) => stream.forth);
  const back = row.streams.some((stream) => stream.back);
  // The one who still sends is the one who holds; with neither, the one who asked for it (RFC 3264 §8.4).
  const party = back && !forth ? row.to : row.from;
  return ` by ${show(party.name ?? party.address)} (${wayText(row, forth, back, show).replace(', ', '')})`;
}
