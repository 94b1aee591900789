// A request that goes from party to party, for the tests of columns.
import type { Observation } from '../../base/tap.ts';
import { CallWriter, party, request } from './call-writer.ts';

/** MESSAGE from each of `count` parties to the next, under one Call-ID. */
export function chain(count: number): readonly Observation[] {
  const writer = new CallWriter();
  for (let at = 1; at < count; at += 1) {
    const from = party(`p${at}`, `10.0.0.${at}:5060`);
    const to = party(`p${at + 1}`, `10.0.0.${at + 1}:5060`);
    const message = request({
      method: 'MESSAGE',
      uri: 'sip:last@example.com',
      via: [`SIP/2.0/UDP 10.0.0.${at};branch=z9hG4bKchain${at}`],
      from: '<sip:p1@example.com>;tag=1',
      to: '<sip:last@example.com>',
      callId: 'chain',
      cseq: 1,
    });
    writer.hop(message, { at: at * 100, from, to });
  }
  return writer.observations;
}
