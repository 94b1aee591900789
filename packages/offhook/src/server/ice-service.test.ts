// The STUN server of the system and the credentials for TURN that a phone is handed.
import { createHmac } from 'node:crypto';
import { secret, silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { expect, test } from 'vitest';
import { IceService } from './ice-service.ts';

const options = { host: '127.0.0.1', clock: new VirtualClock(), log: silentLogger };

test('the next port is taken when one is in use, and the phone is told where STUN is', async () => {
  const one = await IceService.open({ ...options, ice: { stunPort: 0, turn: [] } });
  const other = await IceService.open({ ...options, ice: { stunPort: one.stunPort, turn: [] } });
  expect(other.stunPort).toBeGreaterThan(one.stunPort);
  expect(other.serversFor({ user: 'alice', host: '[::1]' })).toEqual([
    { urls: `stun:[::1]:${other.stunPort}` },
  ]);
  await expect(
    IceService.open({ ...options, otherPorts: 0, ice: { stunPort: one.stunPort, turn: [] } }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await one.close();
  await other.close();
});

test('TURN credentials hold for twelve hours and never show the secret', async () => {
  const urls = 'turn:turn.example.com:3478?transport=udp';
  const ice = { stunPort: 0, turn: [urls], turnSecret: secret('north') };
  const service = await IceService.open({ ...options, ice });
  const [, turn] = service.serversFor({ user: 'alice', host: 'phone.example.com' });
  const username = `${options.clock.wall() / 1000 + 43_200}:alice`;
  const credential = createHmac('sha1', 'north').update(username).digest('base64');
  expect(turn).toEqual({ urls, username, credential });
  expect(JSON.stringify(service.serversFor({ user: 'alice', host: 'x' }))).not.toContain('north');
  await service.close();
});

test('a TURN server without credentials is handed out as it is', async () => {
  const service = await IceService.open({
    ...options,
    ice: { stunPort: 0, turn: ['turn:t.example'] },
  });
  expect(service.serversFor({ user: 'alice', host: 'x' })[1]).toEqual({ urls: 'turn:t.example' });
  await service.close();
});
