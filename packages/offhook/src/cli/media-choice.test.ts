// What `--media` takes.
import { expect, test } from 'vitest';
import { mediaChoice } from './media-choice.ts';

test('--media is embedded, or the addresses of rtpengines', () => {
  expect(mediaChoice('embedded')).toEqual({ engine: 'embedded' });
  expect(mediaChoice('rtpengine=udp:127.0.0.1:22222, udp:[::1]:22223')).toEqual({
    engine: 'rtpengine',
    addresses: [
      { host: '127.0.0.1', port: 22_222 },
      { host: '::1', port: 22_223 },
    ],
    keyLog: undefined,
  });
  expect(mediaChoice('rtpengine=udp:127.0.0.1:22222,keys=127.0.0.1:22224')).toMatchObject({
    addresses: [{ host: '127.0.0.1', port: 22_222 }],
    keyLog: { host: '127.0.0.1', port: 22_224 },
  });
});

test.each([
  '',
  'rtpengine',
  'rtpengine=',
  'rtpengine=udp:host:1',
  'rtpengine=tcp:127.0.0.1:1',
  'rtpengine=udp:127.0.0.1:70000',
  'rtpengine=keys=127.0.0.1:1',
  'rtpengine=udp:127.0.0.1:1,keys=nowhere',
])('--media %s is refused', (text) => {
  expect(() => mediaChoice(text)).toThrow(/It is embedded, or rtpengine/);
});
