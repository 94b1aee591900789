// `offhook parse`: reads one raw message and says what is right and wrong with it.
import { openSync, readSync } from 'node:fs';
import type { Command } from 'commander';
import { readable } from '@offhook/sip';
import { contentType, findPart, formatUri, parseMessage } from '@offhook/sip/message';
import type { Message } from '@offhook/sip/message';
import { parseSdp } from '@offhook/sip/sdp';
import { exitStatus } from '../failure.ts';
import { output, shown } from '../output.ts';
import type { Output } from '../output.ts';
import { describeSdpLine } from '../sdp-words.ts';

/** Adds the command. */
export function addParse(program: Command): void {
  program
    .command('parse <file>')
    .description('check one raw SIP message, from a file or - for standard input')
    .option('--json', 'print the result as a JSON object')
    .action(parse);
}

function parse(file: string, options: { readonly json?: boolean }): void {
  const out = output(options.json ?? false);
  const parsed = parseMessage(bytesOf(file));
  if (parsed.ok) {
    tell(parsed.value, out);
    return;
  }
  const { code, status, text, answer } = parsed.error;
  const problem = readable(text);
  const would =
    answer === undefined
      ? 'It would be dropped without an answer.'
      : `It would be answered ${status}.`;
  const fields = {
    valid: false,
    code,
    status,
    problems: [problem],
    answered: answer !== undefined,
  };
  out.event('message', fields, `Not valid: ${shown(problem)}.\n${would}`);
  process.exitCode = exitStatus.refused;
}

function tell(message: Message, out: Output): void {
  const isRequest = message.kind === 'request';
  const line = readable(
    isRequest
      ? `${message.method} ${formatUri(message.uri)}`
      : `${message.status} ${message.reason}`,
  );
  const headers = [...message.headers()].map(([name, value]) => ({ name, value: readable(value) }));
  const sdp = sdpLines(message);
  const problems = sdp.problem === undefined ? [] : [sdp.problem];
  const valid = problems.length === 0;
  out.event(
    'message',
    {
      valid,
      kind: message.kind,
      line,
      headers,
      body: message.body.length,
      sdp: sdp.lines,
      problems,
    },
    [
      `${valid ? 'Valid' : 'Valid, but its body is not'}: ${message.kind} ${shown(line)}`,
      '',
      ...headers.map(({ name, value }) => `  ${shown(name).padEnd(20)} ${shown(value)}`),
      ...(message.body.length === 0
        ? []
        : ['', `  Body: ${message.body.length} bytes, ${shown(typeName(message))}`]),
      ...sdp.lines.map(({ text, meaning }) => `    ${shown(text).padEnd(52)} ${shown(meaning)}`),
      ...problems.map((problem) => `\nProblem: ${shown(problem)}`),
    ].join('\n'),
  );
  if (!valid) process.exitCode = exitStatus.refused;
}

interface SdpTold {
  readonly lines: readonly { readonly text: string; readonly meaning: string }[];
  readonly problem?: string;
}

function sdpLines(message: Message): SdpTold {
  const part = findPart(message, 'application/sdp');
  if (!part.ok) return { lines: [], problem: part.error.text };
  if (part.value === undefined) return { lines: [] };
  const lines = part.value.text
    .split(/\r?\n/)
    .filter((text) => text !== '')
    .map((text) => ({ text, meaning: describeSdpLine(text) }));
  const parsed = parseSdp(part.value.text);
  return parsed.ok
    ? { lines }
    : { lines, problem: `The session description: ${parsed.error.text}` };
}

function typeName(message: Message): string {
  const type = message.get(contentType);
  return type === undefined ? 'of no said type' : `${type.type}/${type.subtype}`;
}

// One byte more than any message may have is enough to say that it is too large, however long the input is.
const mostBytes = 65_536 + 1;

function bytesOf(file: string): Uint8Array {
  const handle = file === '-' ? 0 : openSync(file, 'r');
  const bytes = new Uint8Array(mostBytes);
  let length = 0;
  for (;;) {
    const count = readPart(handle, bytes.subarray(length));
    length += count;
    if (count === 0 || length === bytes.length) return bytes.subarray(0, length);
  }
}

function readPart(handle: number, into: Uint8Array): number {
  for (;;) {
    try {
      return readSync(handle, into);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // A terminal or pipe that ended, and one that has nothing yet.
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
