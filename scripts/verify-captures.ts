// Reads every capture of a folder with our own reader and with tshark, and compares what they count. Usage: npm run verify-captures -- DIR…
import { readdirSync, readFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { PcapWriter } from '@offhook/sip/trace';
import { differences, ownCounts, tsharkCounts } from './capture-counts.ts';
import type { OwnCounts } from './capture-counts.ts';

/** A difference that was looked into: tshark, or the question, is what is wrong. */
interface Explained {
  /** A part of the file's path. */
  readonly file: string;
  /** Beginning of the difference's text. */
  readonly difference: string;
  readonly why: string;
}

const explained: readonly Explained[] = [
  {
    file: 'ndpi__FAX-Call-t38-CA-TDM-SIP-FB-1.pcap',
    difference: 'packets of 10.35.60.100:15580',
    why: 'after an SDP with T.38 tshark takes every datagram for T.38; 27 of them are RTP still',
  },
  {
    file: 'ndpi__FAX-Call-t38-CA-TDM-SIP-FB-1.pcap',
    difference: 'lost of 10.35.60.100:15580',
    why: 'the capture lacks 34 s of it; ours begins anew there, since an SDP came between',
  },
  ...[
    ...['messages 69', 'resent 0', 'INVITE 12', '100 12', '180 3', '200 18', 'ACK 12'],
    ...['OPTIONS 6', '488 3', 'BYE 3'],
  ].map((difference): Explained => ({
    file: 'ndpi__FAX-Call-t38-CA-TDM-SIP-FB-1.pcap',
    difference,
    why: '23 of its packets stand twice in it, with one number of IP, and are one message each',
  })),
  {
    file: 'ndpi__stun_dtls_rtp.pcapng',
    difference: 'packets of 142.250.82.249:3478 192.168.12.182:50221 2f696c70 0, tshark 2',
    why: 'two packets that no SDP announced are too few to be believed',
  },
  {
    file: 'sngrep__ipv6frag.pcap',
    difference: 'resent 0, tshark 1',
    why: 'the 200 that came again has two tags in To and belongs to no transaction',
  },
  {
    file: '19-two-answers-',
    difference: 'resent',
    why: 'tshark takes the 200 of another fork, with another To tag, for the same again',
  },
  {
    file: '15-resume-cseq-',
    difference: 'resent',
    why: 'tshark takes a new INVITE with an old CSeq, the very fault, for the old one again',
  },
  {
    file: '36-same-call-id-',
    difference: 'resent',
    why: 'tshark does not look at tags: the messages of the other call with this Call-ID are its repeats',
  },
  {
    file: '30-loop-',
    difference: 'resent',
    why: 'tshark does not look at branches: what comes around again is a repeat to it',
  },
  {
    file: '28-websocket-dropped-sipjs',
    difference: 'resent',
    why: 'two connections have the same Call-ID and CSeq; tshark takes the 401 on the other for a repeat',
  },
  // RFC 4475: tshark takes a start line for SIP only when it is well formed.
  ...['badvers', 'bigcode', 'lwsruri', 'lwsstart', 'trws'].flatMap((name): Explained[] =>
    ['messages 1', 'Call-IDs 1', ''].map((difference) => ({
      file: `${name}.pcap`,
      difference,
      why: 'its start line is wrong, and tshark does not look further',
    })),
  ),
  {
    file: 'multi01.pcap',
    difference: 'Call-IDs 1, tshark 2',
    why: 'one message with two Call-IDs is of one call',
  },
];

const captureName = /\.(pcap|pcapng|cap)$|\/[A-Z_0-9]+$/;

const folders = process.argv.slice(2);
if (folders.length === 0) {
  process.stderr.write('Name a folder of captures.\nNext step: npm run verify-captures -- DIR\n');
  process.exit(2);
}
const scratch = mkdtempSync(path.join(os.tmpdir(), 'offhook-captures-'));
let wrong = 0;
try {
  const files = folders.flatMap((folder) => captures(folder));
  for (const file of files) wrong += await verify(file);
  process.stdout.write(`\n${files.length} captures, ${wrong} unexplained differences\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;

/** The captures below a folder; a message that stands alone in a `.dat` is put into a capture of its own. */
function captures(folder: string): readonly string[] {
  if (!statSync(folder).isDirectory()) return [folder];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .toSorted()
    .flatMap((file) => {
      if (!statSync(file).isFile()) return [];
      if (file.endsWith('.dat')) return [wrapped(file)];
      if (file.endsWith('.pcap.gz')) return [unpacked(file)];
      return captureName.test(file) ? [file] : [];
    });
}

function unpacked(file: string): string {
  const capture = path.join(scratch, path.basename(file, '.gz'));
  writeFileSync(capture, gunzipSync(readFileSync(file)));
  return capture;
}

function wrapped(file: string): string {
  const writer = new PcapWriter();
  const source = { host: '192.0.2.1', port: 5060 };
  const destination = { host: '192.0.2.2', port: 5060 };
  const bytes = new Uint8Array(readFileSync(file));
  const capture = path.join(scratch, `${path.basename(file, '.dat')}.pcap`);
  writeFileSync(
    capture,
    Buffer.concat([
      writer.head,
      writer.datagram({ at: 1_700_000_000_000, source, destination, bytes }),
    ]),
  );
  return capture;
}

/** Tells of one capture; gives the number of differences that nobody explained. */
async function verify(file: string): Promise<number> {
  const started = performance.now();
  const own = await ownCounts(file);
  const milliseconds = performance.now() - started;
  const theirs = await tsharkCounts(file);
  const found = differences(own, theirs).map((difference) => ({
    difference,
    why: explained.find((one) => file.includes(one.file) && difference.startsWith(one.difference))
      ?.why,
  }));
  process.stdout.write(
    `${path.basename(file)} (${own.format}, ${Math.round(milliseconds)} ms): ${summary(own)}\n`,
  );
  for (const { difference, why } of found)
    process.stdout.write(
      `  ${why === undefined ? 'DIFFERS' : 'explained'}: ${difference}${why === undefined ? '' : `: ${why}`}\n`,
    );
  for (const verdict of own.verdicts.slice(0, 5)) process.stdout.write(`  ${verdict}\n`);
  if (own.verdicts.length > 5)
    process.stdout.write(`  and ${own.verdicts.length - 5} more calls\n`);
  return found.filter(({ why }) => why === undefined).length;
}

function summary({ frames, messages, callIds, resent, streams, problems }: OwnCounts): string {
  const packets = [...streams.values()].reduce((all, stream) => all + stream.packets, 0);
  const lost = [...streams.values()].reduce((all, stream) => all + stream.lost, 0);
  const told = [...problems].map(([event, times]) => `${times}× ${event}`);
  return [
    `${frames} frames, ${messages} messages (${resent} again) of ${callIds} Call-IDs`,
    `${streams.size} streams, ${packets} packets, ${lost} lost`,
    ...told,
  ].join('; ');
}
