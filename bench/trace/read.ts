// Reads a capture once, with our own reader or with another program, and prints the CPU time of each SIP message as JSON.
// Usage: node read.ts reader|book|tshark|sngrep FILE MESSAGES
import { spawn } from 'node:child_process';
import { createReadStream, readFileSync } from 'node:fs';
import process from 'node:process';
import '@offhook/sip/node';
import { CaptureReader, TraceBook } from '@offhook/sip/trace';
import type { Captured } from '@offhook/sip/trace';

const [what = '', file = '', count = '0'] = process.argv.slice(2);
const wanted = Number(count);
const program: Readonly<Record<string, readonly string[]>> = {
  tshark: ['tshark', '-n', '-r', file, '-Y', 'sip'],
  sngrep: ['sngrep', '-N', '-q', '-I', file],
};
const peer = program[what];
print(peer === undefined ? await own(what === 'book') : await other(peer));

interface Reading {
  /** Microseconds of CPU time, of all threads. */
  readonly cpu: number;
  readonly messages: number;
  readonly kilobytes: number;
}

function print({ cpu, messages, kilobytes }: Reading): void {
  // tshark cannot count less without being wrong; sngrep says nothing of what it read.
  if (messages !== wanted) throw new Error(`${messages} messages instead of ${wanted}`);
  const sample = { cpu: cpu / messages, done: messages, peakMegabytes: kilobytes / 1000 };
  process.stdout.write(`${JSON.stringify(sample)}\n`);
}

async function own(sorted: boolean): Promise<Reading> {
  const reader = new CaptureReader();
  const book = new TraceBook();
  let messages = 0;
  const take = (items: readonly Captured[]): void => {
    for (const item of items) {
      if (item.kind === 'observation' && item.observation.kind === 'message') messages += 1;
      if (sorted) book.add(item);
    }
  };
  const before = process.cpuUsage();
  for await (const bytes of createReadStream(file, { highWaterMark: 1_048_576 }))
    take(reader.push(bytes));
  take(reader.end());
  const { user, system } = process.cpuUsage(before);
  return { cpu: user + system, messages, kilobytes: process.resourceUsage().maxRSS };
}

/** The shell tells the CPU time of what it ran; the kernel tells the peak of its memory as long as it runs. */
async function other(command: readonly string[]): Promise<Reading> {
  const child = spawn('sh', ['-c', '"$@"; times', 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let [lines, rest, kilobytes] = [0, '', 0];
  const watch = setInterval(() => {
    kilobytes = Math.max(kilobytes, peakOfChild(child.pid ?? 0));
  }, 20);
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    lines += text.split('\n').length - 1;
    rest = (rest + text).slice(-200);
  });
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(watch);
  const seconds = [...(rest.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, more]) => Number(minutes) * 60 + Number(more),
  );
  const cpu = seconds.reduce((all, one) => all + one, 0) * 1_000_000;
  return { cpu, messages: command[0] === 'tshark' ? lines - 2 : wanted, kilobytes };
}

function peakOfChild(pid: number): number {
  try {
    const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1];
    return Number(peak ?? 0);
  } catch {
    // Not begun, or ended.
    return 0;
  }
}
