// The state machines that a trace tells of: the stack's own tables, by the names that documents have for them.
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
import type { FigureTable } from './states.ts';

/** Each figure's table of arrows. */
export const figureTables: Readonly<Record<FigureName, FigureTable>> = {
  'invite-client': inviteClient,
  'invite-server': inviteServer,
  'non-invite-client': nonInviteClient,
  'non-invite-server': nonInviteServer,
  dialog: dialogFigure,
  outgoing: outgoingFigure,
  incoming: incomingFigure,
  session: sessionFigure,
  'offer-answer': offerAnswer,
  provisional: provisionalFigure,
  'session-timer': timerFigure,
  subscriber: subscriberFigure,
  notifier: notifierFigure,
  publication: publicationFigure,
  registration: registrationFigure,
};
