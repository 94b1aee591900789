// Memory of streams: what is announced and never ends is let go, and told as far as it came.
import { expect, test } from 'vitest';
import { latin1Bytes } from '../../base/bytes.ts';
import { Allowance } from './allowance.ts';
import { CaptureOutput } from './output.ts';
import { SipStream } from './sip-stream.ts';
import { told } from './told.test-kit.ts';
import * as kit from './wire.test-kit.ts';

const way = {
  source: { host: 'a', port: 1 },
  destination: { host: 'b', port: 2 },
  protocol: 'TCP',
};
const endless = kit.options.replace('Content-Length: 0', 'Content-Length: 900000');
const line = 'a:1 b:2 OPTIONS sip:bob@10.0.0.2 SIP/2.0';

test('all streams together hold no more than they may', () => {
  const output = new CaptureOutput();
  const allowance = new Allowance(100_000);
  const streams = Array.from({ length: 20 }, () => new SipStream(output, way, allowance));
  for (const stream of streams) stream.read(latin1Bytes(endless + 'x'.repeat(9000)));
  expect(told(output.take()).slice(0, 2)).toEqual([`0 ${line}`, '0 cut']);
  expect(allowance.exceeded).toBe(false);
  for (const stream of streams) stream.end();
  // Whoever was let go gave back all that it held.
  allowance.add(100_000);
  expect(allowance.exceeded).toBe(false);
});

test('a message that claims to be too long is passed over, and the next one is read', () => {
  const output = new CaptureOutput();
  const stream = new SipStream(output, way, new Allowance(10_000_000));
  stream.read(latin1Bytes(endless.replace('900000', '9000000') + kit.options));
  expect(told(output.take())).toEqual(['0 damaged', `0 ${line}`]);
});

test('headers without an end are given up', () => {
  const output = new CaptureOutput();
  const stream = new SipStream(output, way, new Allowance(10_000_000));
  const [start = ''] = kit.options.split('Content-Length');
  for (let index = 0; index < 20; index += 1)
    stream.read(latin1Bytes(index === 0 ? start : 'X: y\r\n'.repeat(1000)));
  expect(told(output.take())).toEqual(['0 damaged']);
});
