// The refusal of a request that could not be read in full, from what of it could (RFC 3261 §8.2.6, RFC 4475 §3.3.1).
import type { HeaderInit } from './build.ts';
import { readSentBy, readVia } from './header/via.ts';
import { formatHost } from './host.ts';
import type { Response } from './message.ts';
import { readNameAddress } from './name-address.ts';
import { headerName } from './names.ts';
import { headerText } from './build.ts';
import { buildResponse } from './respond.ts';
import { valueOf } from './rows.ts';
import { listValueEnd, tokenEnd, trimmed } from './scan.ts';
import { rowCount, rowIs } from './source.ts';
import type { Source } from './source.ts';
import { statelessTag } from './stateless-tag.ts';

/**
 * The refusal with this status; undefined when there is no readable Via or no CSeq, since nobody could match it. The
 * Via is mended if need be; From, To, Call-ID and CSeq go back as the sender wrote them, the first where there are more.
 */
export function answerTo(source: Source, status: number): Response | undefined {
  const via = viaValues(source);
  const [cseq] = safeValues(source, 'CSeq');
  if (via === undefined || cseq === undefined) return undefined;
  const [from] = safeValues(source, 'From');
  const [to] = safeValues(source, 'To');
  const [callId] = safeValues(source, 'Call-ID');
  const copied: HeaderInit[] = via.map((value) => ['Via', value]);
  if (from !== undefined) copied.push(['From', from]);
  if (to !== undefined) copied.push(['To', withTag(to, [via[0] ?? '', callId ?? '', cseq])]);
  if (callId !== undefined) copied.push(['Call-ID', callId]);
  copied.push(['CSeq', cseq]);
  return buildResponse(status, headerText(copied));
}

function withTag(to: string, named: readonly string[]): string {
  const address = readNameAddress(to);
  const mayHave = address !== undefined && address.tag === undefined;
  return mayHave ? `${to};tag=${statelessTag(...named)}` : to;
}

function viaValues(source: Source): string[] | undefined {
  const values: string[] = [];
  for (const row of safeValues(source, 'Via')) {
    for (let at = 0; at <= row.length; at += 1) {
      const end = listValueEnd(row, at);
      const text = trimmed(row, at, end < 0 ? row.length : end);
      const value = readVia(text) === undefined ? mended(text) : text;
      if (value !== undefined) values.push(value);
      else if (values.length === 0) return undefined;
      if (end < 0) break;
      at = end;
    }
  }
  return values.length === 0 ? undefined : values;
}

// What is left of a malformed Via: the host that waits for the answer, and the branch if it can be seen.
function mended(text: string): string | undefined {
  const sent = readSentBy(text);
  if (sent === undefined) return undefined;
  const port = sent.port === undefined ? '' : `:${sent.port}`;
  const start = text.indexOf(';branch=') + ';branch='.length;
  const branch = start < ';branch='.length ? '' : text.slice(start, tokenEnd(text, start));
  const parameter = branch === '' ? '' : `;branch=${branch}`;
  return `SIP/2.0/${sent.protocol} ${formatHost(sent.host)}${port}${parameter}`;
}

function safeValues(source: Source, name: string): string[] {
  const wanted = headerName(name);
  const values: string[] = [];
  for (let index = 0; index < rowCount(source); index += 1) {
    if (!rowIs(source, index, wanted)) continue;
    const value = valueOf(source, index);
    if (value !== '' && !/[\0\r\n]/.test(value)) values.push(value);
  }
  return values;
}
