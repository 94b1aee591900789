// The guided call in English.
import type { ArticleWords } from './article-words.ts';

/** English. */
export const articleEnglish: ArticleWords = {
  title: 'Call the article',
  lead: 'A real call on this computer. Watch the transaction, the dialog and the session come and go.',
  verbs: {
    call: 'Call Bob',
    lose: 'Lose 40 % of packets',
    fork: 'Fork',
    hold: 'Hold',
    resume: 'Resume',
    'break hold': 'Break hold',
    'hang up': 'Hang up',
    calm: 'Calm the line',
    rebind: 'Rebind the NAT',
    kill: 'Cut the line for 5 s',
  },
  look: {
    call: 'INVITE opens a transaction. The 180 with its tag makes a dialog, early at first; the 200 confirms it. Offer and answer in their bodies make the session.',
    lose: 'Timer A sends the INVITE again after 0.5 s, 1 s and 2 s, each time in the same transaction. The call still connects.',
    fork: 'One INVITE rings two phones: one transaction, two dialogs. One is confirmed, the other ends early.',
    hold: 'A re-INVITE in the same dialog offers sendonly, the answer is recvonly: the session is held, nothing else has changed.',
    resume: 'The same way back: sendrecv is offered and answered.',
    'break hold':
      'Bob answers sendonly to sendonly, which RFC 3264 does not allow: both speak, nobody listens. The verdict names the frame, the rule and the side.',
    'hang up': 'BYE is a transaction of its own. It ends the dialog, and with it the session.',
    calm: 'The line is good again.',
    rebind: 'As if the NAT box was switched off and on: Alice is now seen at another port.',
    kill: 'Nothing comes through for five seconds. Watch what is sent again afterwards.',
  },
  begin: 'Press Call Bob.',
  chaos: 'Chaos',
  messageLoss: 'Messages lost',
  mediaLoss: 'Sound lost',
  mediaJitter: 'Sound late by up to',
  phases: { idle: 'No call', calling: 'Calling', talking: 'Talking', held: 'On hold' },
  cut: 'The line is cut',
  lost: 'The server does not answer. Press again in a moment.',
  trouble: (said) => `That did not work: ${said}`,
  percent: (share) => `${Math.round(share * 100)} %`,
  milliseconds: (count) => `${count} ms`,
};
