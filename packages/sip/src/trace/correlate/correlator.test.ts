// Labels, and what is one row: the rules by which observations become a story.
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import { audioSdp, CallWriter, party, request, response } from '../sample/call-writer.ts';
import type { SampleRequest } from '../sample/call-writer.ts';
import * as samples from '../sample/calls.ts';
import { Correlator } from './correlator.ts';
import { labelText } from './labelled.ts';
import type { Labelled, MediaRow, MessageRow } from './labelled.ts';

const alice = party('alice', '10.0.0.1:5060');
const bob = party('bob', '10.0.0.2:5060');
const basic: SampleRequest = {
  method: 'INVITE',
  uri: 'sip:bob@10.0.0.2',
  via: ['SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1'],
  from: '<sip:alice@10.0.0.1>;tag=a1',
  to: '<sip:bob@10.0.0.2>',
  callId: 'c1',
  cseq: 1,
};

function story(
  observations: readonly Observation[],
  correlator = new Correlator(),
): readonly Labelled[] {
  const rows = new Map<number, Labelled>();
  for (const observation of observations)
    for (const row of correlator.add(observation)) rows.set(row.id, row);
  for (const row of correlator.flush()) rows.set(row.id, row);
  return [...rows.values()].toSorted((one, other) => one.at - other.at);
}

function messages(observations: readonly Observation[]): readonly MessageRow[] {
  return story(observations).filter((row) => row.kind === 'message');
}

/** `INVITE T1 S1`, one a message. */
function labels(observations: readonly Observation[]): readonly string[] {
  return messages(observations).map((row) => [row.title, ...row.labels.map(labelText)].join(' '));
}

/** As a capture would see it: the same messages, with nothing recorded. */
function withoutRecords(observations: readonly Observation[]): readonly Observation[] {
  return observations
    .filter((observation) => observation.kind === 'message' && observation.direction === 'out')
    .map((observation) => ({
      ...observation,
      endpoint: '',
      transaction: undefined,
      repeat: undefined,
    }));
}

describe('transactions', () => {
  test('RFC 3261 §17: the ACK to a 2xx is a transaction of its own, the ACK to a 486 is not', () => {
    expect(labels(samples.basicCall())).toEqual([
      'INVITE T1 S1',
      '100 Trying T1',
      '180 Ringing T1 D1',
      '200 OK T1 D1 S1',
      'ACK T2 D1 S1',
      'BYE T3 D1 S1',
      '200 OK T3 D1 S1',
    ]);
    expect(labels(samples.busyCall()).at(-1)).toBe('ACK T1 D1');
  });

  test('RFC 3261 §17.1.3: without records the same labels follow from branch and method, and say that they are inferred', () => {
    const inferred = labels(withoutRecords(samples.basicCall()));
    expect(inferred).toEqual(
      labels(samples.basicCall()).map((row) => row.replaceAll(/ ([TDS]\d)/g, ' ~$1')),
    );
  });

  test('RFC 3261 §9.1: CANCEL has the branch of its INVITE and is another transaction', () => {
    expect(labels(samples.cancelledCall())).toContain('CANCEL T2');
  });

  test('RFC 3261 §17.2.3: without the magic cookie the parts that RFC 2543 compared tell transactions apart', () => {
    const writer = new CallWriter();
    for (const cseq of [1, 2]) {
      const options = request({
        ...basic,
        method: 'OPTIONS',
        via: ['SIP/2.0/UDP 10.0.0.1;branch=1'],
        cseq,
      });
      writer.hop(options, { at: cseq * 100, from: alice, to: bob });
      writer.hop(response(options, 200, 'b1'), { at: cseq * 100 + 10, from: bob, to: alice });
    }
    expect(labels(writer.observations)).toEqual([
      'OPTIONS ~T1',
      '200 OK ~T1',
      'OPTIONS ~T2',
      '200 OK ~T2',
    ]);
  });

  test('RFC 3261 §17.2.3: the same branch of two clients is two transactions', () => {
    const writer = new CallWriter();
    writer.hop(request({ ...basic, method: 'OPTIONS' }), { at: 0, from: alice, to: bob });
    const other = request({
      ...basic,
      method: 'OPTIONS',
      via: ['SIP/2.0/UDP 10.0.0.3;branch=z9hG4bK1'],
    });
    writer.hop(other, { at: 100, from: party('carol', '10.0.0.3:5060'), to: bob });
    expect(labels(writer.observations)).toEqual(['OPTIONS ~T1', 'OPTIONS ~T2']);
  });

  test('RFC 3428: a MESSAGE alone is a transaction without dialog and session', () => {
    expect(labels(samples.lonelyMessage())).toEqual(['MESSAGE T1', '200 OK T1']);
  });

  test('RFC 3261 §10: a REGISTER has a To tag in its answer and makes no dialog', () => {
    expect(labels(samples.registration())).toEqual([
      'REGISTER T1',
      '401 Unauthorized T1',
      'REGISTER T2',
      '200 OK T2',
    ]);
  });

  test('a proxy has a transaction on each side', () => {
    const rows = labels(samples.proxiedCall());
    expect(rows.slice(0, 3)).toEqual(['INVITE T1 ~S1', '100 Trying T1', 'INVITE T2 ~S1']);
    expect(rows.slice(-4)).toEqual([
      'BYE T5 D1 ~S1',
      'BYE T6 D1 ~S1',
      '200 OK T6 D1 ~S1',
      '200 OK T5 D1 ~S1',
    ]);
  });
});

describe('dialogs', () => {
  test('RFC 3261 §12.1.2: two To tags in the answers to one INVITE are two dialogs', () => {
    expect(labels(samples.forkedCall())).toEqual([
      'INVITE T1 ~S1',
      '180 Ringing T1 D1',
      '180 Ringing T1 D2',
      '200 OK T1 D2 ~S1',
      'ACK T2 D2 ~S1',
    ]);
  });

  test('RFC 3261 §12: the same Call-ID with other tags is another dialog, from either side the same one', () => {
    const writer = new CallWriter();
    const inside = (from: string, to: string, cseq: number): void =>
      writer.hop(
        request({
          ...basic,
          method: 'INFO',
          via: [`SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKi${cseq}`],
          from: `<sip:alice@10.0.0.1>;tag=${from}`,
          to: `<sip:bob@10.0.0.2>;tag=${to}`,
          cseq,
        }),
        { at: cseq * 100, from: alice, to: bob },
      );
    inside('a1', 'b2', 1);
    inside('a1', 'b3', 2);
    inside('b2', 'a1', 3);
    expect(labels(writer.observations)).toEqual(['INFO ~T1 ~D1', 'INFO ~T2 ~D2', 'INFO ~T3 ~D1']);
  });

  test('RFC 3261 §12.3: without records early, confirmed and terminated follow from the messages', () => {
    const changes = (observations: readonly Observation[]): readonly string[] =>
      messages(withoutRecords(observations)).flatMap((row) =>
        row.changes.flatMap(({ label, after, source }) =>
          label?.lane === 'D' ? [`${row.title}: ${after} ${source}`] : [],
        ),
      );
    expect(changes(samples.basicCall())).toEqual([
      '180 Ringing: early inferred',
      '200 OK: confirmed inferred',
      'BYE: terminated inferred',
    ]);
    expect(changes(samples.busyCall())).toEqual([
      '180 Ringing: early inferred',
      '486 Busy Here: terminated inferred',
    ]);
  });

  test('a record takes the place of what was inferred of the same dialog', () => {
    const rows = messages(samples.basicCall());
    const early = rows
      .find(({ status }) => status === 180)
      ?.changes.filter(({ label }) => label?.lane === 'D');
    expect(early?.map(({ source, endpoints, detail }) => [source, ...endpoints, detail])).toEqual([
      ['recorded', 'bob', 'alice;a1 / bob;b2'],
      ['recorded', 'alice', 'alice;a1 / bob;b2'],
    ]);
  });
});

describe('sessions', () => {
  const media = (observations: readonly Observation[]): readonly string[] =>
    story(observations)
      .filter((row): row is MediaRow => row.kind === 'media')
      .map((row) => {
        const way = row.streams
          .map(({ codec, forth, back }) => `${codec} ${forth ? '>' : ''}${back ? '<' : ''}`)
          .join();
        return `${row.state} ${row.from.name ?? ''} ${way} ${row.to.name ?? ''}`.replaceAll(
          / +/g,
          ' ',
        );
      });

  test('RFC 3264 §6.1, §8.4: media flows as the answer says: both ways, held one way, resumed, ended', () => {
    expect(media(samples.holdAndResume())).toEqual([
      'active alice PCMU >< bob',
      'held alice PCMU > bob',
      'resumed alice PCMU >< bob',
      'ended alice PCMU >< bob',
    ]);
  });

  test('RFC 3264 §4: the offer may be in the 200 and its answer in the ACK', () => {
    const writer = new CallWriter();
    const invite = request(basic);
    writer.hop(invite, { at: 0, from: alice, to: bob });
    writer.hop(response(invite, 200, 'b1', audioSdp('10.0.0.2', 4002, 'sendrecv')), {
      at: 50,
      from: bob,
      to: alice,
    });
    const ack = request({
      ...basic,
      method: 'ACK',
      via: ['SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK2'],
      to: `${basic.to};tag=b1`,
      sdp: audioSdp('10.0.0.1', 4000, 'recvonly', 1, '8'),
    });
    writer.hop(ack, { at: 60, from: alice, to: bob });
    expect(messages(writer.observations).map(({ sdp }) => sdp?.role)).toEqual([
      undefined,
      'offer',
      'answer',
    ]);
    expect(media(writer.observations)).toEqual(['active bob PCMA > alice']);
  });

  test('RFC 3264 §8.4: the address 0.0.0.0 in an offer holds the peer, as RFC 2543 had it', () => {
    const writer = new CallWriter();
    const invite = request({ ...basic, sdp: audioSdp('0.0.0.0', 4000, 'sendrecv') });
    writer.hop(invite, { at: 0, from: alice, to: bob });
    writer.hop(response(invite, 200, 'b1', audioSdp('10.0.0.2', 4002, 'sendrecv')), {
      at: 50,
      from: bob,
      to: alice,
    });
    writer.hop(
      request({
        ...basic,
        method: 'ACK',
        via: ['SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK2'],
        to: `${basic.to};tag=b1`,
      }),
      { at: 60, from: alice, to: bob },
    );
    expect(media(writer.observations)).toEqual(['active alice PCMU > bob']);
  });

  test('the SDP that a proxy passes on is the same offer and the same answer again', () => {
    const notes = messages(samples.proxiedCall()).flatMap(({ sdp }) =>
      sdp === undefined ? [] : [`${sdp.role} initial ${sdp.initial} again ${sdp.again}`],
    );
    expect(notes).toEqual([
      'offer initial true again false',
      'offer initial true again true',
      'answer initial false again false',
      'answer initial false again true',
    ]);
    const held = messages(samples.holdAndResume()).flatMap(({ sdp }) =>
      sdp === undefined ? [] : [sdp.initial],
    );
    expect(held).toEqual([true, false, false, false, false, false]);
  });

  test('RFC 3261 §14.1: a re-INVITE that is refused leaves the session as it was', () => {
    const writer = new CallWriter();
    const invite = request({ ...basic, sdp: audioSdp('10.0.0.1', 4000, 'sendrecv') });
    writer.hop(invite, { at: 0, from: alice, to: bob });
    writer.hop(response(invite, 200, 'b1', audioSdp('10.0.0.2', 4002, 'sendrecv')), {
      at: 50,
      from: bob,
      to: alice,
    });
    const again = request({
      ...basic,
      via: ['SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK2'],
      to: `${basic.to};tag=b1`,
      cseq: 2,
      sdp: audioSdp('10.0.0.1', 4000, 'sendonly', 2),
    });
    writer.hop(again, { at: 100, from: alice, to: bob });
    writer.hop(response(again, 488), { at: 110, from: bob, to: alice });
    const refusal = messages(writer.observations).at(-1);
    expect(refusal?.labels.map(labelText)).toEqual(['~T2', '~D1', '~S1']);
    expect(refusal?.changes.map(({ event, before, after }) => [event, before, after])).toEqual([
      ['refused', 'active', 'active'],
    ]);
  });

  test('RFC 3261 §13.2.2.4: the BYE to a fork that answered late does not end the call', () => {
    const writer = new CallWriter();
    const invite = request({ ...basic, sdp: audioSdp('10.0.0.1', 4000, 'sendrecv') });
    writer.hop(invite, { at: 0, from: alice, to: bob });
    for (const [at, tag] of [
      [50, 'b1'],
      [60, 'b2'],
    ] as const) {
      const answer = response(invite, 200, tag, audioSdp('10.0.0.2', 4002, 'sendrecv'));
      writer.hop(answer, { at, from: bob, to: alice });
    }
    const correlator = new Correlator();
    const bye = (tag: string, cseq: number): void => {
      const via = [`SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKbye${cseq}`];
      const sent = request({ ...basic, method: 'BYE', via, to: `${basic.to};tag=${tag}`, cseq });
      writer.hop(sent, { at: cseq * 100, from: alice, to: bob });
    };
    bye('b2', 2);
    story(writer.observations, correlator);
    expect(correlator.calls[0]?.outcome.endedAt).toBeUndefined();
    bye('b1', 3);
    const last = writer.observations.filter(
      ({ at }) => at > (writer.observations[0]?.at ?? 0) + 250,
    );
    story(last, correlator);
    expect(correlator.calls[0]?.outcome.endedBy?.name).toBe('alice');
  });

  test('RFC 3960: SDP in a 183 is early media until the ACK', () => {
    const writer = new CallWriter();
    const invite = request({ ...basic, sdp: audioSdp('10.0.0.1', 4000, 'sendrecv') });
    const answer = audioSdp('10.0.0.2', 4002, 'sendrecv');
    writer.hop(invite, { at: 0, from: alice, to: bob });
    writer.hop(response(invite, 183, 'b1', answer), { at: 50, from: bob, to: alice });
    writer.hop(response(invite, 200, 'b1', answer), { at: 500, from: bob, to: alice });
    writer.hop(
      request({
        ...basic,
        method: 'ACK',
        via: ['SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK2'],
        to: `${basic.to};tag=b1`,
      }),
      { at: 510, from: alice, to: bob },
    );
    expect(media(writer.observations)).toEqual([
      'early alice PCMU >< bob',
      'active alice PCMU >< bob',
    ]);
  });

  test('a proxy in between is no end of the media, and the row comes when the ACK has arrived', () => {
    expect(media(samples.proxiedCall())).toEqual([
      'active alice PCMA >< bob',
      'ended alice PCMA >< bob',
    ]);
    const order = story(samples.proxiedCall()).map((row) =>
      row.kind === 'message' ? row.title : row.kind,
    );
    expect(order.indexOf('media')).toBe(order.lastIndexOf('ACK') + 1);
  });
});

describe('rows', () => {
  test('a message seen at both ends is one row with the states of both', () => {
    const [invite] = messages(samples.basicCall());
    expect([invite?.from.name, invite?.to.name]).toEqual(['alice', 'bob']);
    expect(invite?.receivedAt).toBeCloseTo((invite?.sentAt ?? 0) + 0.4, 1);
    expect(invite?.changes.map(({ subject, after }) => `${subject} ${after}`)).toContain(
      'INVITE client Calling',
    );
    expect(invite?.changes.map(({ subject, after }) => `${subject} ${after}`)).toContain(
      'INVITE server Proceeding',
    );
  });

  test('RFC 3581 §4: what the receiver wrote into Via does not make it another message', () => {
    const writer = new CallWriter();
    const options = request({
      ...basic,
      method: 'OPTIONS',
      via: ['SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1;rport'],
    });
    writer.hop(options, { at: 0, from: alice, to: bob });
    const stamped = writer.observations.map((seen): Observation => {
      if (seen.kind !== 'message' || seen.direction === 'out') return seen;
      return { ...seen, text: seen.text.replace(';rport', ';rport=5060;received=10.0.0.1') };
    });
    expect(messages(stamped)).toHaveLength(1);
  });

  test('RFC 3261 §16.10: a proxy that cancels a branch in the name of the caller is not the caller', () => {
    const writer = new CallWriter();
    const proxy = party('proxy', '10.0.0.5:5060');
    const via = 'SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKp';
    const forwarded = request({ ...basic, via: [via, ...basic.via] });
    writer.hop(request(basic), { at: 0, from: alice, to: proxy });
    writer.hop(forwarded, { at: 1, from: proxy, to: bob });
    writer.hop(request({ ...basic, method: 'CANCEL', via: [via] }), {
      ...{ at: 900, from: proxy, to: bob },
    });
    const rows = messages(withoutRecords(writer.observations));
    expect(rows.map(({ from, title }) => [title, from.name])).toEqual([
      ['INVITE', 'alice'],
      ['INVITE', undefined],
      ['CANCEL', undefined],
    ]);
  });

  test('an address turns out to be the endpoint that receives there', () => {
    const [invite] = messages(samples.basicCall());
    expect(invite?.to.observed).toBe(true);
    expect(invite?.to.current).toBe(invite?.to);
  });

  test('repeats count up and show whether they arrived', () => {
    const rows = messages(samples.lossyCall()).filter(({ title }) => title === 'INVITE');
    expect(rows.map(({ resend, receivedAt }) => [resend, receivedAt !== undefined])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(rows.map((row) => row.labels.map(labelText).join(' '))).toEqual([
      'T1 S1',
      'T1 S1',
      'T1 S1',
    ]);
  });

  test('a step that no message caused has a row of its own', () => {
    const last = story(samples.silentPeer()).at(-1);
    expect(
      last?.kind === 'step' ? [last.change.event, last.change.after, last.party.name] : [],
    ).toEqual(['Timer B fires', 'Terminated', 'alice']);
  });

  test('timers that a step started are told apart from those that went on', () => {
    const [, repeat] = messages(samples.lossyCall());
    const step = repeat?.changes.find(({ event }) => event === 'Timer A fires');
    expect(step?.timers.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(step?.started.map(({ name }) => name)).toEqual(['A']);
  });

  test('text that is no SIP message is a row without labels and without a call', () => {
    const [row] = messages([
      {
        v: 1,
        kind: 'message',
        at: 0,
        endpoint: 'alice',
        direction: 'in',
        protocol: 'UDP',
        flow: 'f',
        local: alice.address,
        remote: bob.address,
        text: 'GET / HTTP/1.1\r\n\r\n',
      },
    ]);
    expect([row?.call, row?.labels, row?.title]).toEqual([undefined, [], 'GET / HTTP/1.1']);
  });

  test('a changed row is given again with a higher revision', () => {
    const correlator = new Correlator();
    const [sent, born] = samples.basicCall();
    if (sent === undefined || born === undefined) throw new Error('The sample is empty');
    const [first] = correlator.add(sent);
    expect(first?.revision).toBe(1);
    const [again] = correlator.add(born);
    expect([again?.id, again?.revision]).toEqual([first?.id, 2]);
  });
});

describe('memory', () => {
  test('only so many calls are kept, and the idlest goes first', () => {
    const correlator = new Correlator({ calls: 3 });
    for (const callId of ['one', 'two', 'three', 'one', 'four']) {
      const writer = new CallWriter();
      writer.hop(request({ ...basic, method: 'OPTIONS', callId, cseq: callId.length }), {
        at: 0,
        from: alice,
        to: bob,
      });
      for (const observation of writer.observations) correlator.add(observation);
    }
    expect(correlator.calls.map(({ callId }) => callId)).toEqual(['three', 'one', 'four']);
    correlator.release('one');
    expect(correlator.calls.map(({ callId }) => callId)).toEqual(['three', 'four']);
  });

  test('a call of ten thousand requests stays small and keeps counting', () => {
    const correlator = new Correlator();
    let last: Labelled | undefined;
    for (let cseq = 1; cseq <= 10_000; cseq += 1) {
      const writer = new CallWriter();
      const via = [`SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK${cseq}`];
      writer.hop(request({ ...basic, method: 'OPTIONS', via, cseq }), {
        at: cseq,
        from: alice,
        to: party('bob', '10.0.0.2:5060', false),
      });
      for (const observation of writer.observations) last = correlator.add(observation).at(-1);
    }
    expect(last?.kind === 'message' ? last.labels.map(labelText) : []).toEqual(['~T10000']);
    expect(last?.call?.messages).toBe(10_000);
  });
});
