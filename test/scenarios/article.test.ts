// "Call the article": the guided call does what its buttons say, over real sockets, and its trace tells the truth about it.
import { expect, test } from 'vitest';
import { parseTapLine, TraceBook } from '@offhook/sip/trace';
import type { CallDocument } from '@offhook/sip/trace';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

interface State {
  readonly phase: string;
  readonly callId?: string;
  readonly trouble?: string;
}

async function ask(server: Offhook, body: object): Promise<State> {
  const origin = `http://127.0.0.1:${server.httpPort}`;
  const response = await fetch(`${origin}/api/article`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as State;
}

async function talking(world: World, server: Offhook): Promise<void> {
  await world.until('the call to be answered', async () => {
    const response = await fetch(`http://127.0.0.1:${server.httpPort}/api/article`);
    return ((await response.json()) as State).phase === 'talking';
  });
}

/** What the server told of a call. */
function told({ events }: Offhook, callId: string | undefined): CallDocument {
  const book = new TraceBook();
  for (const { event, observation } of events) {
    if (event !== 'observation') continue;
    const read = parseTapLine(JSON.stringify(observation));
    if (read.ok) book.observe(read.value);
  }
  const document = book.document(callId ?? '');
  if (document === undefined) throw new Error('The call was not told');
  return document;
}

test('forty percent of packets are lost, the INVITE is sent again by Timer A, and the call connects', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const { callId } = await ask(server, { do: 'lose' });
  await talking(world, server);
  const { messages, transactions } = told(server, callId);
  const invites = messages.filter(
    ({ title, protocol }) => title === 'INVITE' && protocol === 'UDP',
  );
  expect(invites.filter(({ resend }) => resend > 0).length).toBeGreaterThanOrEqual(3);
  const timers = transactions[0]?.machines[0]?.timers ?? [];
  expect(timers.filter(({ name, fired }) => name === 'A' && fired).length).toBeGreaterThanOrEqual(
    3,
  );
});

test('a fork is one transaction with two dialogs, of which one wins', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const { callId } = await ask(server, { do: 'fork' });
  await talking(world, server);
  await ask(server, { do: 'hang up' });
  await world.until('the losing branch to be over', () =>
    told(server, callId).dialogs.every(({ states }) => states.at(-1)?.state === 'terminated'),
  );
  const { dialogs } = told(server, callId);
  expect(dialogs).toHaveLength(2);
  expect(dialogs[0]?.forks).toEqual([2]);
});

test('a hold is answered by recvonly; a broken one by sendonly, and both sides stay as they say', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const { callId } = await ask(server, { do: 'call' });
  await talking(world, server);
  expect((await ask(server, { do: 'hold' })).phase).toBe('held');
  expect((await ask(server, { do: 'resume' })).phase).toBe('talking');
  const broken = await ask(server, { do: 'break hold' });
  expect(broken.trouble).toBeUndefined();
  const { negotiations } = told(server, callId);
  const directions = negotiations.map(({ lines }) => [
    lines[0]?.offered.direction,
    lines[0]?.answered?.direction,
  ]);
  expect(directions).toContainEqual(['sendonly', 'recvonly']);
  expect(directions.at(-1)).toEqual(['sendonly', 'sendonly']);
});

test('what comes to Alice is lost and late when the weather says so', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const { callId } = await ask(server, { do: 'call' });
  await talking(world, server);
  await ask(server, { weather: { mediaLoss: 0.3, mediaJitter: 60 } });
  const heard = (): readonly {
    readonly lostPackets: number;
    readonly receivedPackets: number;
  }[] => {
    const { reports, parties } = told(server, callId);
    const alice = parties.find(({ name }) => name === 'alice');
    return reports.filter(({ party }) => party === alice?.id);
  };
  await world.until('a report of losses', () =>
    heard().some(({ lostPackets }) => lostPackets > 10),
  );
  await ask(server, { do: 'hang up' });
});

test('other sites and strange verbs get nothing', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const origin = `http://127.0.0.1:${server.httpPort}`;
  const post = (from: string, body: string): Promise<Response> =>
    fetch(`${origin}/api/article`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: from },
      body,
    });
  expect((await post('http://evil.example', '{"do":"call"}')).status).toBe(403);
  expect((await post(origin, '{"do":"format disk"}')).status).toBe(400);
  expect((await post(origin, '{"weather":{"messageLoss":7}}')).status).toBe(400);
});
