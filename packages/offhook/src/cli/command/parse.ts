// `offhook parse`: reads one raw message and says what is right and wrong with it.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { readable } from '@offhook/sip';
import { contentType, findPart, formatUri, parseMessage } from '@offhook/sip/message';
import type { Message } from '@offhook/sip/message';
import { parseSdp } from '@offhook/sip/sdp';
import { exitStatus } from '../failure.ts';
import { output } from '../output.ts';
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
  const bytes = new Uint8Array(readFileSync(file === '-' ? 0 : file));
  const parsed = parseMessage(bytes);
  if (!parsed.ok) {
    const { code, status, text, answer } = parsed.error;
    const would = answer === undefined ? 'It would be dropped without an answer.' : `It would be answered ${status}.`;
    out.event('message', { valid: false, code, status, problem: text, answered: answer !== undefined }, `Not valid: ${text}.\n${would}`);
    process.exitCode = exitStatus.refused;
    return;
  }
  tell(parsed.value, out);
}

function tell(message: Message, out: Output): void {
  const line = message.kind === 'request' ? `${message.method} ${formatUri(message.uri)}` : `${message.status} ${message.reason}`;
  const headers = [...message.headers()].map(([name, value]) => ({ name, value: readable(value) }));
  const sdp = sdpLines(message);
  const problems = sdp.problem === undefined ? [] : [sdp.problem];
  out.event(
    'message',
    { valid: problems.length === 0, kind: message.kind, line, headers, body: message.body.length, sdp: sdp.lines, problems },
    [
      `${problems.length === 0 ? 'Valid' : 'Valid, but its body is not'}: ${message.kind} ${readable(line)}`,
      '',
      ...headers.map(({ name, value }) => `  ${shown(name).padEnd(20)} ${shown(value)}`),
      ...(message.body.length === 0 ? [] : ['', `  Body: ${message.body.length} bytes, ${typeName(message)}`]),
      ...sdp.lines.map(({ text, meaning }) => `    ${shown(text).padEnd(52)} ${meaning}`),
      ...problems.map((problem) => `\nProblem: ${problem}`),
    ].join('\n'),
  );
  if (problems.length > 0) process.exitCode = exitStatus.refused;
}

function sdpLines(message: Message): { readonly lines: readonly { text: string; meaning: string }[]; readonly problem?: string } {
  const part = findPart(message, 'application/sdp');
  if (!part.ok) return { lines: [], problem: part.error.text };
  if (part.value === undefined) return { lines: [] };
  const lines = part.value.text.split(/\r?\n/).filter((text) => text !== '').map((text) => ({ text, meaning: describeSdpLine(text) }));
  const parsed = parseSdp(part.value.text);
  return parsed.ok ? { lines } : { lines, problem: `The session description: ${parsed.error.text}` };
}

function typeName(message: Message): string {
  const type = message.get(contentType);
  return type === undefined ? 'of no said type' : `${type.type}/${type.subtype}`;
}

// Control characters of a stranger must not reach the terminal.
function shown(text: string): string {
  return text.replaceAll(/[\0-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\u00b7');
}
