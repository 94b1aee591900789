// `offhook explain`: what happened in a capture, why, whose side it was and what to do.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { ladder, toHtml } from '@offhook/sip/trace';
import type { CallDocument, CallSummary, Explanation, TraceBook } from '@offhook/sip/trace';
import { Teller } from '../told-call.ts';
import type { ToldCall } from '../told-call.ts';
import { readCaptures } from '../capture-files.ts';
import type { ReadCaptures, ReadFile } from '../capture-files.ts';
import { callLines, lintLines, streamLines, verdictLines } from '../explanation-words.ts';
import type { WordLook } from '../explanation-words.ts';
import { misuse } from '../failure.ts';
import { moreKeys, readKeys } from '../key-files.ts';
import { openViewer } from '../open-viewer.ts';
import { savePcap } from '../save-pcap.ts';
import { output, shown } from '../output.ts';
import type { Output } from '../output.ts';
import { WholeCalls } from '../whole-calls.ts';

/** How captures are explained. */
export interface ExplainOptions {
  readonly json?: boolean;
  readonly html?: string;
  readonly pcap?: string;
  readonly open?: boolean;
  readonly redact?: boolean;
  readonly call?: string;
  readonly lint?: boolean;
  readonly ladder: boolean;
  readonly keys?: readonly string[];
}

/** How many calls of a capture are told one by one without being asked for. */
const mostTold = 5;

/** How much is kept of files that can be read again, in characters: a minute of a busy server, since silence of half a minute may still tell something of a call. */
const readAgain = 80_000_000;

/** How far the heap may outgrow what is in use before it is collected, in percent: V8 allows itself up to four times as much. */
const mostGarbage = '--heap-growing-percent=40';

/** Adds the command. */
export function addExplain(program: Command): void {
  program
    .command('explain [files...]')
    .description(
      'say what happened in a capture, why, and what to do; without a file, the Fault Lab',
    )
    .option('--call <id>', 'only this call: its number in the list, or its Call-ID')
    .option(
      '--keys <file>',
      'the key log of their TLS connections (SSLKEYLOGFILE), or the private key of the server; may be given again',
      moreKeys,
    )
    .option('--lint', 'name every departure from the RFCs in any message')
    .option('--no-ladder', 'leave out the ladder')
    .option('--html <file>', 'write a page that stands by itself, for a ticket')
    .option('--redact', 'hide numbers, names and addresses; secrets always are')
    .option('--pcap <file>', 'write the calls and their media as a capture, decrypted')
    .option('--open', 'open the viewer in the browser')
    .option('--json', 'print a JSON object for each call')
    .action(explainFiles);
}

/** Says what happened in these captures. */
export async function explainFiles(
  files: readonly string[],
  options: ExplainOptions,
): Promise<void> {
  const out = output(options.json ?? false);
  if (files.length === 0 || options.open === true) {
    if ((readKeys(options.keys)?.server.size ?? 0) > 0)
      throw misuse(
        'A private key is not served to the browser, since others on this machine could ask for it',
        'Drop it on the viewer, beside the capture',
      );
    await openViewer([...files, ...(options.keys ?? [])], files.length === 0 ? '#faults' : '', out);
    return;
  }
  setFlagsFromString(mostGarbage);
  const opened = { paths: files, keys: readKeys(options.keys) };
  const captures = await readCaptures(opened, files.includes('-') ? {} : { size: readAgain });
  for (const file of captures.files) tellFile(file, out);
  const whole = new WholeCalls(captures.book, opened);
  const all = await whole.lines();
  const calls = chosen(all, options.call);
  if (calls.length === 0) {
    const streams = captures.book.strayStreams;
    out.event(
      'streams',
      { streams: streams.map((stream) => ({ ...stream, series: undefined })) },
      [
        'There is no SIP in it.',
        ...(streams.length === 0
          ? []
          : ['', 'Media of which no message tells', ...streamLines(streams)]),
      ].join('\n'),
    );
    return;
  }
  const telling: Telling = {
    whole,
    teller: new Teller(all, options.redact === true),
    options,
    out,
    look: lookOf(),
  };
  if (options.pcap !== undefined) await writePcap(options.pcap, calls, telling);
  if (options.html !== undefined) await writePage(options.html, calls, telling);
  await tellCalls(calls, captures, telling);
}

/** What the calls are told with. */
interface Telling {
  readonly whole: WholeCalls;
  readonly teller: Teller;
  readonly options: ExplainOptions;
  readonly out: Output;
  readonly look: WordLook;
}

/** One call is told whole; of many there is a list, and the first with a fault; in JSON, all are told whole. */
async function tellCalls(
  calls: readonly CallSummary[],
  { book }: ReadCaptures,
  telling: Telling,
): Promise<void> {
  const { whole, out } = telling;
  const single = calls.length === 1;
  const troubled = calls.filter(({ faults }) => faults.length > 0);
  const few = single ? calls : troubled.slice(0, mostTold);
  if (!single && !out.json) await sayLines(calls, telling);
  await whole.each(out.json ? calls : few, (call, from) => tellCall(call, from, telling));
  if (single || out.json) return;
  const left = troubled.length - few.length;
  const more = book.forgotten === 0 ? '' : ` ${book.forgotten} more were too many to list.`;
  out.say(
    `${calls.length} calls, ${troubled.length} with a fault${left > 0 ? `, ${few.length} of them told above` : ''}.${more} One of them: --call NUMBER`,
  );
}

async function sayLines(
  calls: readonly CallSummary[],
  { whole, teller, options, out, look }: Telling,
): Promise<void> {
  const lines: CallSummary[] = [];
  if (options.redact === true)
    await whole.each(calls, (call, book) => {
      const line = teller.hiddenLine(call, book);
      if (line !== undefined) lines.push(line);
    });
  else lines.push(...calls);
  out.say([...callLines(lines, look), ''].join('\n'));
  const left = calls.length - lines.length;
  if (left > 0)
    out.say(
      `${left} calls are left out: there is more than is kept, and standard input cannot be read twice.\n`,
    );
}

async function writePcap(
  path: string,
  calls: readonly CallSummary[],
  { whole, options, out }: Telling,
): Promise<void> {
  if (options.redact === true)
    throw misuse('What people say cannot be hidden in a capture', 'Leave out --pcap or --redact');
  if (whole.captures.paths.includes('-'))
    throw misuse('Standard input cannot be read twice', 'Save it to a file, and name that');
  const written = await savePcap(path, calls, whole);
  const { messages, datagrams } = written;
  out.event(
    'written',
    { file: path, ...written },
    `${path}: ${messages} messages and ${datagrams} packets of media\n`,
  );
}

/** A page tells one call. */
async function writePage(
  file: string,
  calls: readonly CallSummary[],
  { whole, teller, out }: Telling,
): Promise<void> {
  if (calls.length !== 1)
    throw misuse(`There are ${calls.length} calls in it`, 'Choose one for the page: --call NUMBER');
  await whole.each(calls, (call, book) => {
    const { document, explanation } = kept(teller.told(call, book));
    writeFileSync(file, toHtml(document, explanation));
  });
  out.event('written', { file }, `${file}: the call as a page that stands by itself\n`);
}

/** A call that is kept, after files were read once more for it. */
function kept(told: ToldCall | undefined): ToldCall {
  if (told === undefined)
    throw misuse(
      'There is more in it than is kept, and standard input cannot be read twice',
      'Save it to a file, and name that with --call NUMBER',
    );
  return told;
}

function tellCall(
  call: CallSummary,
  book: TraceBook,
  { teller, options, out, look }: Telling,
): void {
  const told = kept(teller.told(call, book));
  const { document, explanation, observations, frames, number } = told;
  const { width, colour } = look;
  const drawn =
    options.ladder && !out.json
      ? ladder(observations, { width, colour, unicode: true, call: number, frames })
      : '';
  out.event(
    'call',
    jsonOf(document, explanation, options),
    [
      ...(drawn === '' ? [] : [drawn]),
      ...verdictLines(document, explanation, look),
      ...(options.lint === true ? ['', ...lintLines(explanation, look)] : []),
      '',
    ].join('\n'),
  );
}

function jsonOf(
  document: CallDocument,
  { verdict, findings, lint, story, divergences }: Explanation,
  options: ExplainOptions,
): Readonly<Record<string, unknown>> {
  const { id, from, to, method, outcome, legs, streams } = document;
  return {
    callId: id,
    ...{ method, from, to },
    outcome: outcome.text,
    status: outcome.status,
    legs: legs.map(({ callId }) => callId),
    messages: document.messages.length,
    resent: document.messages.filter(({ resend }) => resend > 0).length,
    transactions: document.transactions.length,
    dialogs: document.dialogs.length,
    sessions: document.sessions.length,
    verdict,
    findings,
    story,
    divergences,
    streams: streams.map((stream) => ({ ...stream, series: undefined })),
    ...(options.lint === true ? { lint } : {}),
  };
}

function tellFile(file: ReadFile, out: Output): void {
  const { name, format, frames, problems, problemCount } = file;
  out.event(
    'file',
    { name, format, frames, problems: problemCount },
    [
      `${shown(name)}: ${format}, ${frames} frames`,
      ...problems.slice(0, 5).map(({ frame, text }) => `  frame ${frame}: ${shown(text)}`),
      ...(problemCount > 5 ? [`  and ${problemCount - 5} more of the kind`] : []),
      '',
    ].join('\n'),
  );
}

function chosen(calls: readonly CallSummary[], wanted: string | undefined): readonly CallSummary[] {
  if (wanted === undefined) return calls;
  const found =
    calls.find(({ legs }) => legs.includes(wanted)) ??
    (/^\d{1,6}$/.test(wanted) ? calls[Number(wanted) - 1] : undefined);
  if (found === undefined)
    throw misuse(`There is no call ${wanted} in it`, 'Leave out --call to see the calls');
  return [found];
}

function lookOf(): WordLook {
  const { stdout } = process;
  return {
    colour: stdout.isTTY && process.env['NO_COLOR'] === undefined,
    width: stdout.isTTY ? Math.max(stdout.columns, 80) : 120,
  };
}
