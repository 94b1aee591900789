// Preloaded into `serve`: on SIGUSR2 it collects and writes a line of JSON with the heap and how many of our objects live.
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const dist = new URL('../../packages/sip/dist/', import.meta.url);
const kinds = {
  InviteClient: 'transaction/invite-client.js',
  NonInviteClient: 'transaction/non-invite-client.js',
  InviteServer: 'transaction/invite-server.js',
  NonInviteServer: 'transaction/non-invite-server.js',
  Dialog: 'dialog/dialog.js',
};
const classes = await Promise.all(
  Object.entries(kinds).map(async ([name, file]) => [
    name,
    (await import(new URL(file, dist)))[name],
  ]),
);

process.on('SIGUSR2', () => {
  collect();
  const living = classes.map(([name, kind]) => [name, queryObjects(kind, { format: 'count' })]);
  const { heapUsed, rss } = process.memoryUsage();
  const sockets = process.getActiveResourcesInfo().filter((name) => /TCP|UDP/i.test(name)).length;
  const line = JSON.stringify({ heapUsed, rss, sockets, living: Object.fromEntries(living) });
  appendFileSync(process.env['OFFHOOK_PROBE'] ?? '/dev/null', `${line}\n`);
});
