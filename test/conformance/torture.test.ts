// The torture messages of RFC 4475 and RFC 5118, one test each: what the parser makes of them.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readable } from '../../packages/sip/src/base/bytes.ts';
import {
  accept,
  authorization,
  bodyParts,
  comparableHost,
  contact,
  contentType,
  isSipUri,
  parseMessage,
  proxyRequire,
  requireField,
  route,
  subject,
  userOf,
  via,
} from '../../packages/sip/src/message/index.ts';
import type {
  Contact,
  MediaType,
  Message,
  SipUri,
  Uri,
  Via,
} from '../../packages/sip/src/message/index.ts';

interface Verdict {
  readonly name: string;
  readonly file: string;
  readonly section: string;
  readonly verdict: 'accept' | 'problem' | 'drop';
  readonly status?: number;
  readonly uas?: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

for (const [rfc, messages] of [
  ['4475', 49],
  ['5118', 12],
] as const) {
  describe(`RFC ${rfc}`, () => {
    const folder = new URL(`../vectors/rfc${rfc}/`, import.meta.url);
    const verdicts = JSON.parse(
      readFileSync(new URL('verdicts.json', folder), 'utf8'),
    ) as Verdict[];

    test(`RFC ${rfc}: each of its ${messages} messages has a verdict (C029)`, () => {
      const files = readdirSync(folder).filter((file) => file.endsWith('.dat'));
      const judged = new Set(verdicts.map((verdict) => verdict.file));
      expect(files.filter((file) => !judged.has(file))).toEqual([]);
      expect(new Set(verdicts.map((verdict) => verdict.name.split(' ')[0])).size).toBe(messages);
    });

    for (const verdict of verdicts) {
      const outcome =
        verdict.status === undefined ? verdict.verdict : `${verdict.verdict} ${verdict.status}`;
      test(`RFC ${rfc} §${verdict.section}: ${verdict.name} is ${outcome} (C029)`, () => {
        const bytes = new Uint8Array(readFileSync(new URL(verdict.file, folder)));
        if (verdict.verdict === 'accept') checkAccepted(bytes, verdict);
        else checkRefused(bytes, verdict);
      });
    }
  });
}

function checkAccepted(bytes: Uint8Array, verdict: Verdict): void {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw new Error(parsed.error.text);
  const message = parsed.value;
  expect(Object.keys(verdict.facts).length).toBeGreaterThan(0);
  for (const [fact, value] of Object.entries(verdict.facts)) {
    expect({ [fact]: factOf(message, fact) }).toEqual({ [fact]: value });
  }
  const written = message.toBytes();
  expect(written).toEqual(bytes.subarray(0, written.length));
}

function checkRefused(bytes: Uint8Array, verdict: Verdict): void {
  const parsed = parseMessage(bytes);
  if (parsed.ok) throw new Error('The parser took it');
  const { answer, status, text } = parsed.error;
  expect(text).not.toBe('');
  if (verdict.verdict === 'drop') {
    expect(answer).toBeUndefined();
    return;
  }
  expect(status).toBe(verdict.status);
  expect(answer?.status).toBe(verdict.status);
  expect(answer?.topVia.host).toBeTypeOf('string');
  if (verdict.facts['answerVia'] !== undefined)
    expect(answer?.rows('Via')).toEqual(verdict.facts['answerVia']);
  const reparsed = parseMessage(answer?.toBytes() ?? new Uint8Array());
  expect(reparsed.ok).toBe(verdict.facts['answerWellFormed']);
}

// Facts of a message by the names that verdicts.json uses; null where there is nothing.
function factOf(message: Message, fact: string): unknown {
  if (fact.startsWith('rows ')) return message.rows(fact.slice('rows '.length));
  const read = facts[fact];
  if (read === undefined) throw new Error(`No such fact: ${fact}`);
  return read(message) ?? null;
}

const facts: Readonly<Record<string, (message: Message) => unknown>> = {
  method: (message) => (message.kind === 'request' ? message.method : undefined),
  status: (message) => (message.kind === 'response' ? message.status : undefined),
  reason: (message) => (message.kind === 'response' ? readable(message.reason) : undefined),
  scheme: (message) => target(message).scheme,
  user: (message) => sip(target(message)).user,
  userUnescaped: (message) => userOf(sip(target(message))),
  password: (message) => sip(target(message)).password,
  host: (message) => sip(target(message)).host,
  port: (message) => sip(target(message)).port,
  uriParameters: (message) => [...sip(target(message)).parameters.keys()],
  fromTag: (message) => message.fromTag,
  fromDisplayName: (message) => message.from.displayName,
  fromScheme: (message) => message.from.uri.scheme,
  fromUserUnescaped: (message) => userOf(sip(message.from.uri)),
  toTag: (message) => message.toTag,
  toDisplayName: (message) => message.to.displayName,
  toScheme: (message) => message.to.uri.scheme,
  toHost: (message) => sip(message.to.uri).host,
  toPort: (message) => sip(message.to.uri).port,
  toUserUnescaped: (message) => userOf(sip(message.to.uri)),
  callId: (message) => message.callId,
  cseqNumber: (message) => message.cseq.number,
  maxForwards: (message) => message.maxForwards,
  topBranch: (message) => message.topVia.branch,
  received: (message) => message.topVia.received,
  viaCount: (message) => vias(message).length,
  viaHosts: (message) => vias(message).map((hop) => hop.host),
  viaComparableHosts: (message) => vias(message).map((hop) => comparableHost(hop.host)),
  viaBranches: (message) => vias(message).map((hop) => hop.branch),
  viaProtocols: (message) => vias(message).map((hop) => hop.protocol),
  viaReceived: (message) => vias(message).map((hop) => hop.received ?? null),
  routeHosts: (message) => (message.get(route) ?? []).map((hop) => sip(hop.uri).host),
  contactUsers: (message) => contacts(message).map((one) => sip(one.uri).user),
  contactHosts: (message) => contacts(message).map((one) => sip(one.uri).host),
  contactSchemes: (message) => contacts(message).map((one) => one.uri.scheme),
  contactUsersUnescaped: (message) => contacts(message).map((one) => userOf(sip(one.uri))),
  contactDisplayNames: (message) => contacts(message).map((one) => one.displayName),
  contactParameters: (message) => contacts(message).map((one) => [...one.parameters.keys()]),
  contactQ: (message) => contacts(message).map((one) => one.q),
  contactUriHeaders: (message) => contacts(message).map((one) => sip(one.uri).headers),
  contactUriParameters: (message) =>
    contacts(message).map((one) =>
      [...sip(one.uri).parameters].map(([name, value]) => [name, value ?? null]),
    ),
  subject: (message) => message.get(subject),
  require: (message) => message.get(requireField),
  proxyRequire: (message) => message.get(proxyRequire),
  accept: (message) => message.get(accept)?.map(typeName),
  contentType: (message) => typeName(message.get(contentType)),
  authorization: (message) => message.get(authorization)?.map((row) => row.scheme),
  malformed: (message) => (message.read(contact).ok ? [] : ['Contact']),
  bodyLength: (message) => message.body.length,
  bodyTypes: (message) => parts(message).map((part) => typeName(part.type)),
  firstPart: (message) => parts(message)[0]?.text,
  length: (message) => message.toBytes().length,
};

function target(message: Message): Uri {
  if (message.kind === 'response') throw new Error('A response has no Request-URI');
  return message.uri;
}

function sip(uri: Uri): SipUri {
  if (!isSipUri(uri)) throw new Error('Not a sip URI');
  return uri;
}

function vias(message: Message): readonly Via[] {
  return message.get(via) ?? [];
}

function contacts(message: Message): readonly Contact[] {
  return (message.get(contact) ?? []).filter((one) => one !== '*');
}

function parts(
  message: Message,
): readonly { readonly type: MediaType | undefined; readonly text: string }[] {
  const found = bodyParts(message);
  if (!found.ok) throw new Error(found.error.text);
  return found.value;
}

function typeName(type: MediaType | undefined): string {
  return type === undefined ? '' : `${type.type}/${type.subtype}`;
}
