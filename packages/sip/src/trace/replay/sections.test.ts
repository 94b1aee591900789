// Every arrow of every figure says where it is written, and the section exists.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { dialogFigure } from '../../dialog/dialog.figure.ts';
import { registrationFigure } from '../../registration/registration.figure.ts';
import { offerAnswer } from '../../sdp/offer-answer.figure.ts';
import { incomingFigure } from '../../session/incoming.figure.ts';
import { outgoingFigure } from '../../session/outgoing.figure.ts';
import { provisionalFigure } from '../../session/provisional.figure.ts';
import { sessionFigure } from '../../session/session.figure.ts';
import { timerFigure } from '../../session/timer.figure.ts';
import { notifierFigure } from '../../subscription/notifier.figure.ts';
import { publicationFigure } from '../../subscription/publication.figure.ts';
import { subscriberFigure } from '../../subscription/subscriber.figure.ts';
import { inviteClient } from '../../transaction/invite-client.figure.ts';
import { inviteServer } from '../../transaction/invite-server.figure.ts';
import { nonInviteClient } from '../../transaction/non-invite-client.figure.ts';
import { nonInviteServer } from '../../transaction/non-invite-server.figure.ts';
import type { FigureName } from '../correlate/labelled.ts';
import { sectionOf } from './sections.ts';

const figures: readonly (readonly [FigureName, object])[] = [
  ['invite-client', inviteClient],
  ['invite-server', inviteServer],
  ['non-invite-client', nonInviteClient],
  ['non-invite-server', nonInviteServer],
  ['dialog', dialogFigure],
  ['outgoing', outgoingFigure],
  ['incoming', incomingFigure],
  ['session', sessionFigure],
  ['offer-answer', offerAnswer],
  ['provisional', provisionalFigure],
  ['session-timer', timerFigure],
  ['subscriber', subscriberFigure],
  ['notifier', notifierFigure],
  ['publication', publicationFigure],
  ['registration', registrationFigure],
];

const table = JSON.parse(
  readFileSync(new URL('../../../../../test/house/rfc-sections.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;

test.each(figures)('every arrow of %s has a section that exists', (name, figure) => {
  let arrows = 0;
  for (const [state, row] of Object.entries(figure) as [string, object][]) {
    for (const event of Object.keys(row).filter((key) => key !== 'timers')) {
      arrows += 1;
      const section = sectionOf(name, event, state);
      const [, rfc = '', number = ''] = /^RFC (\d+) §([\d.]+)$/.exec(section ?? '') ?? [];
      expect([state, event, table[rfc]?.split(' ').includes(number)]).toEqual([state, event, true]);
    }
  }
  expect(arrows).toBeGreaterThan(0);
});

test('what no figure has, has no section', () => {
  expect(sectionOf('dialog', 'toString', undefined)).toBeUndefined();
  expect(sectionOf('invite-client', 'INVITE sent again', 'Calling')).toBeUndefined();
});
