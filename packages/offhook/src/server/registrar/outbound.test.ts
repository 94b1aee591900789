// Flows and Paths of registrations (RFC 5626 §6, RFC 3327 §5.3).
import { describe, expect, test } from 'vitest';
import { alice, bench, firstVia, flowOf, listed, phone } from './registrar.test-kit.ts';

const instance = '+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"';
const outbound = 'Supported: path, outbound';
const behindProxy = ['Via: SIP/2.0/UDP edge.example.com;branch=z9hG4bKe1', firstVia];

describe('outbound', () => {
  test('RFC 5626 §6: a flow registered anew takes the place of its own binding, whatever its contact and Call-ID, and no other (C149)', async () => {
    const server = await bench();
    const flow = (contact: string, regId: number): string =>
      `Contact: <sip:alice@${contact}>;${instance};reg-id=${regId}`;
    for (const [contact, regId, callId] of [
      ['10.0.0.1', 1, 'one'],
      ['10.0.0.1', 2, 'two'],
      ['10.0.0.9', 1, 'three'],
    ] as const) {
      const response = await server.register({
        callId,
        flow: flowOf('TCP', { id: `TCP ${callId}` }),
        headers: [flow(contact, regId), outbound],
      });
      expect([response.status, response.rows('Require')]).toEqual([200, ['outbound']]);
      expect(response.rows('Flow-Timer')).toEqual(['120']);
    }
    expect(
      server.location.bindings(alice).map(({ contact, regId, flow: id }) => [contact, regId, id]),
    ).toEqual([
      ['sip:alice@10.0.0.9', 1, 'TCP three'],
      ['sip:alice@10.0.0.1', 2, 'TCP two'],
    ]);
    const ended = await server.register({
      callId: 'two',
      headers: [`${flow('10.0.0.77', 2)};expires=0`, outbound],
    });
    expect(listed(ended)).toHaveLength(1);
    expect(server.contacts()).toEqual(['sip:alice@10.0.0.9']);
  });

  test('RFC 5626 §6: a flow and a contact without flow stand side by side, even with one contact text (C149)', async () => {
    const server = await bench();
    await server.register({ headers: [`${phone};${instance}`, outbound] });
    await server.register({ headers: [`${phone};${instance};reg-id=1`, outbound] });
    expect(server.contacts()).toHaveLength(2);
    await server.register({ headers: [`${phone};expires=0`] });
    expect(server.location.bindings(alice).map(({ regId }) => regId)).toEqual([1]);
  });

  test('RFC 5626 §6: a reg-id counts without outbound in Supported, and then is not spoken of; without instance it is nothing (C149)', async () => {
    const server = await bench();
    const silent = await server.register({ headers: [`${phone};${instance};reg-id=7`] });
    expect([silent.status, silent.has('Require')]).toEqual([200, false]);
    expect(server.location.bindings(alice)[0]?.regId).toBe(7);
    const bare = await server.register({
      headers: ['Contact: <sip:alice@10.1.1.1>;reg-id=0', outbound],
    });
    expect([bare.status, bare.has('Require')]).toEqual([200, false]);
    expect(server.location.bindings(alice)[0]?.regId).toBeUndefined();
  });

  test('RFC 5626 §6: a first hop that does not write ob into Path gets 439 when outbound was wanted, else reg-id is passed over (C150)', async () => {
    const server = await bench();
    const contact = `${phone};${instance};reg-id=1`;
    const ask = (...headers: readonly string[]) =>
      server.register({ vias: behindProxy, headers: [contact, ...headers] });
    expect((await ask(outbound)).status).toBe(439);
    expect((await ask(outbound, 'Path: <sip:edge.example.com;lr>')).status).toBe(439);
    // Only the proxy nearest to the client, whose value stands last, can speak of the client's flow.
    const twoPaths = 'Path: <sip:core.example.com;lr;ob>, <sip:edge.example.com;lr>';
    expect((await ask(outbound, twoPaths)).status).toBe(439);
    expect(server.contacts()).toEqual([]);
    expect((await ask('Supported: path')).status).toBe(200);
    expect(server.location.bindings(alice)[0]?.regId).toBeUndefined();
    const taken = await ask(
      outbound,
      'Path: <sip:core.example.com;lr>, <sip:t@edge.example.com;lr;ob>',
    );
    expect([taken.status, taken.rows('Require')]).toEqual([200, ['outbound']]);
    expect(taken.has('Flow-Timer')).toBe(false);
    expect(server.location.bindings(alice)[0]?.regId).toBe(1);
  });

  test('RFC 5626 §10: reg-id 0, from 2^31 on and what is no number are 400 (C150)', async () => {
    const server = await bench();
    for (const bad of ['0', '2147483648', '-1', '1.5', 'x', '00000000001'])
      expect(
        (await server.register({ headers: [`${phone};${instance};reg-id=${bad}`, outbound] }))
          .status,
      ).toBe(400);
    expect(server.contacts()).toEqual([]);
    const greatest = `${phone};${instance};reg-id=2147483647`;
    expect((await server.register({ headers: [greatest, outbound] })).status).toBe(200);
  });

  test('RFC 5626 §6: a flow is registered alone, but others may be ended with it', async () => {
    const server = await bench();
    await server.register({ headers: ['Contact: <sip:alice@10.0.0.2>'] });
    const flow = `${phone};${instance};reg-id=1`;
    const two = await server.register({
      headers: [flow, 'Contact: <sip:alice@10.0.0.3>', outbound],
    });
    expect(two.status).toBe(400);
    const other = 'Contact: <sip:alice@10.0.0.2>;expires=0';
    expect((await server.register({ headers: [flow, other, outbound] })).status).toBe(200);
    expect(server.contacts()).toEqual(['sip:alice@127.0.0.1:5070']);
  });

  test("RFC 3327 §5.4: a contact that came by proxies is bound to its Path, not to the proxy's connection (C148)", async () => {
    const server = await bench();
    const response = await server.register({
      flow: flowOf('TCP'),
      vias: behindProxy,
      headers: [
        'Contact: <sip:alice@10.0.0.2>',
        'Path: <sip:edge.example.com;lr>',
        'Supported: path',
      ],
    });
    expect(listed(response)).toEqual(['<sip:alice@10.0.0.2>;expires=3600']);
    server.location.flowClosed('TCP 1');
    expect(server.location.bindings(alice)).toMatchObject([
      { connection: false, path: ['<sip:edge.example.com;lr>'] },
    ]);
  });

  test('RFC 3608 §6.3: who registers is told the way of their requests, in every 200 and in no other answer', async () => {
    const server = await bench({
      serviceRoute: '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>',
    });
    const registered = await server.register({});
    expect(registered.status).toBe(200);
    expect(registered.rows('Service-Route')).toEqual([
      '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>',
    ]);
    const refused = await server.register({ headers: ['Contact: <sip:alice@10.0.0.1>;expires=1'] });
    expect([refused.status, refused.has('Service-Route')]).toEqual([423, false]);
    const plain = await bench();
    expect((await plain.register({})).has('Service-Route')).toBe(false);
  });
});
