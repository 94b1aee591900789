// What leaves: the same ladder as everywhere, valid Mermaid, JSON that can be read again, and a page that escapes everything.
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import { TraceBook } from '../document/book.ts';
import type { CallDocument } from '../document/document.ts';
import { explain } from '../explain/explain.ts';
import type { Explanation } from '../explain/explanation.ts';
import { ladder } from '../explain/ladder.ts';
import * as samples from '../sample/calls.ts';
import { toHtml } from './html.ts';
import { toJson } from './json.ts';
import { toMermaid } from './mermaid.ts';
import { observationsOf } from './observations.ts';
import { redactDocument } from './redact-document.ts';
import { toText } from './text.ts';

function tell(observations: readonly Observation[]): {
  readonly document: CallDocument;
  readonly explanation: Explanation;
} {
  const book = new TraceBook();
  for (const one of observations) book.observe(one);
  const id = book.calls[0]?.id ?? '';
  const [document, explanation] = [book.document(id), book.explanation(id)];
  if (document === undefined || explanation === undefined) throw new Error('No call');
  return { document, explanation };
}

const calls = [
  ['registration', samples.registration()],
  ['basic call', samples.basicCall()],
  ['hold and resume', samples.holdAndResume()],
  ['cancelled call', samples.cancelledCall()],
  ['busy call', samples.busyCall()],
  ['lossy call', samples.lossyCall()],
  ['silent peer', samples.silentPeer()],
  ['proxied call', samples.proxiedCall()],
] as const;

describe.each(calls)('%s', (_, observations) => {
  const { document, explanation } = tell(observations);

  test('a document draws the ladder that its observations draw', () => {
    const drawn = ladder(observationsOf(document).observations, { verbosity: 'full' });
    expect(drawn).toBe(ladder(observations, { verbosity: 'full' }));
  });

  test('as text it has the verdict and the ladder', () => {
    const text = toText(document, explanation, { width: 100, unicode: false });
    expect(text).toContain(`What happened: ${explanation.verdict.happened.text.slice(0, 40)}`);
    expect(text).toContain('== call 1');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(130);
  });

  test('as JSON it can be read again', () => {
    const read: unknown = JSON.parse(toJson(document, explanation));
    expect(read).toEqual(JSON.parse(JSON.stringify({ document, explanation })));
  });

  test('as Mermaid each line is a line of its grammar', () => {
    const [first, ...lines] = toMermaid(document).trimEnd().split('\n');
    expect(first).toBe('sequenceDiagram');
    for (const line of lines) expect(line).toMatch(mermaidLine);
  });

  test('as a page it has each message with its text', () => {
    const page = toHtml(document, explanation);
    expect(page.match(/<details /g)).toHaveLength(document.messages.length);
    expect(tagsOf(page)).toEqual(new Set([...tagsOf(page)].filter((tag) => known.has(tag))));
  });
});

const text = String.raw`(?:[\p{L}\p{N} .,:@/()+_-]|#\d+;)*`;
const mermaidLine = new RegExp(
  String.raw`^  (?:participant p\d+ as ${text}|p\d+(?:->>|-->>|-x|--x)p\d+: ${text}|Note over p\d+: ${text})$`,
  'u',
);

const known = new Set(
  'html head meta title style body main h1 h2 p section dl dt dd span div b br i details summary ul li pre table thead tbody tr th td'.split(
    ' ',
  ),
);

function tagsOf(page: string): Set<string> {
  return new Set(
    [...page.matchAll(/<(?!!doctype)\/?([a-z0-9]*)/gi)].map(([, tag = '']) => tag.toLowerCase()),
  );
}

describe('What others wrote is text (A15)', () => {
  const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>&'\``;
  const observations = samples.basicCall().map((seen): Observation => {
    if (seen.kind !== 'message') return seen;
    const text = seen.text
      .replaceAll('\r\nContact:', `\r\nSubject: ${evil}\r\nUser-Agent: ${evil}\r\nContact:`)
      .replaceAll('180 Ringing', `180 ${evil}`)
      .replaceAll('\r\nMax-Forwards', `\r\nX-End: end; #35; %%{init: {}}%%\r\nMax-Forwards`);
    return { ...seen, text };
  });
  const { document, explanation } = tell(observations);

  test('a page has no tag and no attribute of theirs', () => {
    const page = toHtml(document, explanation);
    expect([...tagsOf(page)].filter((tag) => !known.has(tag))).toEqual([]);
    expect(page).not.toMatch(/<[^>]*\son\w+\s*=/i);
    expect(page).toContain('&#60;script&#62;');
  });

  test('a diagram has no line of theirs', () => {
    const lines = toMermaid(document).trimEnd().split('\n').slice(1);
    for (const line of lines) expect(line).toMatch(mermaidLine);
    expect(lines.join('\n')).not.toMatch(/[<&%]/);
  });

  test('text cannot steer a terminal', () => {
    const steering = samples.basicCall().map((seen): Observation => {
      if (seen.kind !== 'message') return seen;
      return { ...seen, text: seen.text.replaceAll('180 Ringing', '180 \u001b[2J\u202eRinging') };
    });
    const told = tell(steering);
    // oxlint-disable-next-line no-control-regex -- what must not come through
    expect(toText(told.document, told.explanation)).not.toMatch(
      /[\u0000-\u0009\u000b-\u001f\u202e]/,
    );
  });
});

test('what tells a device, a realm or an address in other clothes goes as well (A15)', () => {
  const device = '1b45c126-7829-0069-8e99-5643679d454d';
  const observations = samples.basicCall().map((seen): Observation => {
    if (seen.kind !== 'message') return seen;
    const text = seen.text
      .replace(/\r\nCall-ID: *(\S+)/, '\r\nCall-ID: c2ex@2001-db8--77')
      .replace('\r\nMax-Forwards', `\r\nX-Device: urn:uuid:${device}\r\nMax-Forwards`)
      .replace('\r\nMax-Forwards', '\r\nX-Realm: Digest realm="meierhof"\r\nMax-Forwards');
    return { ...seen, endpoint: '', flow: '', transaction: undefined, text };
  });
  const { document } = tell(observations.filter(({ kind }) => kind === 'message'));
  const safe = redactDocument(document, { numbers: true, addresses: true });
  const texts = [toJson(safe, explain(safe)), toHtml(safe, explain(safe)), toMermaid(safe)].join();
  expect(toJson(document, explain(document))).toMatch(/1b45c126.*2001-db8--77|2001-db8--77.*1b45/s);
  expect(texts).not.toMatch(/1b45c126|2001-db8--77|meierhof/);
  expect(safe.id).toBe(safe.legs[0]?.callId);
  expect(safe.messages[0]?.text).toContain(`\r\nCall-ID: ${safe.id}\r\n`);
  expect(safe.messages[0]?.text).toMatch(/urn:uuid:0{8}-0000-4000-8000-\d{12}/);
});

// What mermaid 11 does with text was tried: it takes `wrap:` at its beginning for an option, and nothing else that we write.
test('a diagram has the words of a message as they are', () => {
  const wrapping = samples.basicCall().map((seen): Observation => {
    if (seen.kind !== 'message') return seen;
    return { ...seen, text: seen.text.replaceAll('180 Ringing', '180 x\r\nX-End: end') };
  });
  const { document } = tell(wrapping);
  const [first, ...others] = document.messages;
  if (first === undefined) throw new Error('No message');
  const drawn = toMermaid({
    ...document,
    messages: [{ ...first, title: 'wrap: the end; #1' }, ...others],
  });
  expect(drawn).toContain(': wrap#58; the en#100;#59; #35;1 ');
});

test('a page for thousands of messages is bounded', () => {
  const { document, explanation } = tell(samples.basicCall());
  const many = Array.from({ length: 5000 }, (_, index) => {
    const [first] = document.messages;
    if (first === undefined) throw new Error('No message');
    return { ...first, number: index + 1 };
  });
  const page = toHtml({ ...document, messages: many }, explanation);
  expect(page).toContain('4000 more messages are left out');
  expect(toMermaid({ ...document, messages: many })).toContain('4500 more messages');
});
