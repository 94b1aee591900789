// Key presses in INFO as phones write them, and what is none.
import { expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { keyPressInfo, readKeyPress } from './dtmf-relay.ts';

const read = (type: string, text: string) =>
  readKeyPress({ package: undefined, type, body: latin1Bytes(text) });

test('A key press is read as phones write it', () => {
  for (const [type, text, key, milliseconds] of [
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5', 160],
    ['application/dtmf-relay', 'Signal= *\nDuration= 100', '*', 100],
    ['application/dtmf-relay', 'signal=a', 'A', undefined],
    ['application/dtmf-relay', 'Signal=11\r\nDuration=250', '#', 250],
    ['application/dtmf', '7', '7', undefined],
    ['application/dtmf', ' 10\r\n', '*', undefined],
  ] as const) {
    expect([text, read(type, text)]).toEqual([text, { key, milliseconds }]);
  }
});

test('What is no key press is none', () => {
  for (const [type, text] of [
    ['application/dtmf-relay', 'Duration=160'],
    ['application/dtmf-relay', 'Signal=E'],
    ['application/dtmf-relay', 'Signal=55'],
    ['application/dtmf', '12345'],
    ['application/dtmf', ''],
    ['text/plain', 'Signal=5'],
    ['application/dtmf-relay', `Signal=5${' '.repeat(100_000)}x`],
  ] as const) {
    expect([text.slice(0, 20), read(type, text)]).toEqual([text.slice(0, 20), undefined]);
  }
});

test('Ours can be read, and only keys are written', () => {
  for (const key of '0123456789*#ABCD') {
    const { type = '', body = '' } = keyPressInfo(key, 200);
    expect(read(type, String(body))).toEqual({ key, milliseconds: 200 });
  }
  for (const wrong of ['', 'E', '55', '5\r\nX'])
    expect(() => keyPressInfo(wrong)).toThrow(TypeError);
});
