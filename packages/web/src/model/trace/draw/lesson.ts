// The three words of SIP, taught on a call: what each means, what it is here, and a question whose answer the call itself shows.
import type { CallDocument, DialogDocument, MessageDocument } from '@offhook/sip/trace';
import type { LaneChoice } from '../selection.ts';
import type { CallIndex } from './call-index.ts';
import { countText } from './figures.ts';

/** One word. */
export interface Lesson {
  readonly word: 'Transaction' | 'Dialog' | 'Session';
  /** What it is in this call; undefined when the call has none. */
  readonly focus: LaneChoice | undefined;
  /** What it means, in two sentences. */
  readonly means: readonly string[];
  /** What it is here. */
  readonly here: string;
  /** Frames that `here` speaks of. */
  readonly frames: readonly number[];
  readonly question: Question;
}

/** A question with a few answers. */
export interface Question {
  readonly text: string;
  readonly answers: readonly Answer[];
  /** Why the right one is right, with its section. */
  readonly because: string;
}

/** One of them. */
export interface Answer {
  readonly text: string;
  readonly right: boolean;
  /** What to look at. */
  readonly frame: number | undefined;
  readonly lane: LaneChoice | undefined;
}

/** The lessons of a call, in their order. */
export function lessonsOf(document: CallDocument, index: CallIndex): readonly Lesson[] {
  return [
    transactionLesson(document, index),
    dialogLesson(document, index),
    sessionLesson(document, index),
  ];
}

function transactionLesson(document: CallDocument, index: CallIndex): Lesson {
  const [first] = document.transactions;
  const messages = (first?.messages ?? []).flatMap((number) => index.message(number) ?? []);
  const resent = messages.filter(({ resend }) => resend > 0).length;
  const end =
    first?.status === undefined ? 'no final response came' : `it ended with ${first.status}`;
  return {
    word: 'Transaction',
    focus: first === undefined ? undefined : { lane: 'T', number: first.number },
    means: [
      'A transaction is one request and everything that answers it, between two neighbours.',
      'It lives for moments. Its timers send a lost message again and give up when nothing helps.',
    ],
    here:
      first === undefined
        ? 'This call has none.'
        : `T${first.number} is the ${first.method} from ${index.nameOf(first.client)} to ${index.nameOf(first.server)}: ${countText(messages.length, 'message')}, and ${end}.${resent > 0 ? ` ${countText(resent, 'message')} had to be sent again.` : ''}`,
    frames: messages.slice(0, 6).map(({ frame }) => frame),
    question: ackQuestion(document, index) ?? countQuestion(document),
  };
}

/** To which transaction the ACK belongs: the one thing of which everybody is unsure. */
function ackQuestion(document: CallDocument, index: CallIndex): Question | undefined {
  const ack = document.messages.find(
    (message) => message.method === 'ACK' && message.status === undefined,
  );
  const own = labelOf(ack, 'T');
  if (ack === undefined || own === undefined) return undefined;
  const invite = document.transactions.find(
    ({ number, method, leg }) => method === 'INVITE' && leg === ack.leg && number <= own,
  );
  const later = document.transactions.find(
    ({ number, method }) => number > own && method !== 'ACK',
  );
  const numbers = [...new Set([invite?.number, own, later?.number])].flatMap(
    (number) => number ?? [],
  );
  if (numbers.length < 2) return undefined;
  const isOwn = document.transactions.find(({ number }) => number === own)?.method === 'ACK';
  return {
    text: `Message ${ack.number} is the ACK of ${index.nameOf(ack.from)}. To which transaction does it belong?`,
    answers: numbers.map((number) => {
      const method = document.transactions.find((one) => one.number === number)?.method ?? '';
      return {
        text: number === own && isOwn ? `T${number}, one of its own` : `T${number}, the ${method}`,
        right: number === own,
        frame: number === own ? ack.frame : undefined,
        lane: { lane: 'T', number },
      };
    }),
    because: isOwn
      ? 'The ACK to a 2xx comes from the caller itself and not from the transaction, which is over: it is one of its own (RFC 3261 §13.2.2.4).'
      : 'The ACK to a refusal is sent by the INVITE transaction itself, to its neighbour (RFC 3261 §17.1.1.3).',
  };
}

function countQuestion({ transactions }: CallDocument): Question {
  const right = transactions.length;
  return {
    text: 'How many transactions does this call have?',
    answers: [...new Set([Math.max(0, right - 1), right, right + 1, right + 2])].map((count) => ({
      text: String(count),
      right: count === right,
      frame: undefined,
      lane: undefined,
    })),
    because:
      'Each new request begins one; a request that is sent again, and everything that answers it, belongs to the same (RFC 3261 §17).',
  };
}

function dialogLesson(document: CallDocument, index: CallIndex): Lesson {
  const { dialogs } = document;
  const dialog =
    dialogs.find(({ states }) => states.some(({ state }) => /confirmed/i.test(state))) ??
    dialogs[0];
  const messages = (dialog?.messages ?? []).flatMap((number) => index.message(number) ?? []);
  return {
    word: 'Dialog',
    focus: dialog === undefined ? undefined : { lane: 'D', number: dialog.number },
    means: [
      'A dialog is a lasting relation of two user agents. The Call-ID and a tag of each side name it.',
      'It outlives its transactions: both sides count their requests in it and know where to send the next one.',
    ],
    here:
      dialog === undefined
        ? 'This call made none: no response came that could have begun one.'
        : `${dialogs.length > 1 ? `One request made ${dialogs.length} dialogs here, one for each phone that answered. ` : ''}D${dialog.number} joins ${endText(dialog, 0, index)} and ${endText(dialog, 1, index)}; ${countText(messages.length, 'message')} belong to it.`,
    frames: messages.slice(0, 1).map(({ frame }) => frame),
    question:
      dialog === undefined ? noDialogQuestion(document) : beginQuestion(document, dialog, messages),
  };
}

function endText({ ends }: DialogDocument, at: 0 | 1, index: CallIndex): string {
  const { party, tag } = ends[at];
  return `${index.nameOf(party)} (tag ${tag})`;
}

function beginQuestion(
  document: CallDocument,
  dialog: DialogDocument,
  messages: readonly MessageDocument[],
): Question {
  const [begin] = messages;
  const request = document.messages[0];
  const later = document.messages.filter(
    ({ leg, status, method }) => leg === dialog.leg && ((status ?? 0) >= 200 || method === 'ACK'),
  );
  const offered = [request, begin, ...later.slice(0, 2)].flatMap((message) => message ?? []);
  const options = [...new Set(offered)].toSorted((a, b) => a.number - b.number);
  return {
    text: `With which message does D${dialog.number} begin?`,
    answers: options.map((message) => ({
      text: `#${message.number} ${message.title}`,
      right: message === begin,
      frame: message.frame,
      lane: { lane: 'D', number: dialog.number },
    })),
    because:
      'The first response with a tag in To begins it: a 1xx an early one, a 2xx a confirmed one. Before that only one side has a tag (RFC 3261 §12.1).',
  };
}

function noDialogQuestion({ messages }: CallDocument): Question {
  return {
    text: 'Why is there no dialog?',
    answers: [
      { text: 'The request was wrong', right: false, frame: messages[0]?.frame, lane: undefined },
      {
        text: 'No 1xx with a tag and no 2xx came back',
        right: true,
        frame: messages.at(-1)?.frame,
        lane: undefined,
      },
      { text: 'No media was agreed on', right: false, frame: undefined, lane: undefined },
    ],
    because:
      'Only a response with a tag in To begins a dialog, and a refusal ends what began (RFC 3261 §12.1, §12.3).',
  };
}

function sessionLesson(document: CallDocument, index: CallIndex): Lesson {
  const [session] = document.sessions;
  const span = session?.lines[0]?.spans[0];
  const [negotiation] = document.negotiations;
  const spoken = [negotiation?.offer, negotiation?.answer].flatMap(
    (number) => index.message(number) ?? [],
  );
  return {
    word: 'Session',
    focus: session === undefined ? undefined : { lane: 'S', number: session.number },
    means: [
      'A session is what flows: the media that both sides agreed on by an offer and its answer.',
      'To hold a call changes its session and not its dialog; to end the dialog ends both.',
    ],
    here:
      session === undefined
        ? 'This call has none: nobody offered media.'
        : span === undefined
          ? `S${session.number} was offered, and nothing was agreed on.`
          : `S${session.number} is ${session.lines[0]?.media ?? 'media'} in ${span.codec ?? 'no codec that is known'}; what was agreed on changed ${countText((session.lines[0]?.spans.length ?? 1) - 1, 'time')}.`,
    frames: spoken.map(({ frame }) => frame),
    question: answerQuestion(document, index),
  };
}

function answerQuestion(document: CallDocument, index: CallIndex): Question {
  const [negotiation] = document.negotiations;
  const [offer, answer] = [index.message(negotiation?.offer), index.message(negotiation?.answer)];
  const lane =
    document.sessions[0] === undefined
      ? undefined
      : ({ lane: 'S', number: document.sessions[0].number } as const);
  if (offer === undefined || answer === undefined) {
    return {
      text: 'May media flow both ways in this call?',
      answers: [
        { text: 'Yes, it was offered', right: false, frame: offer?.frame, lane },
        {
          text: 'No, an answer is missing',
          right: true,
          frame: document.messages.at(-1)?.frame,
          lane,
        },
      ],
      because: 'What is sent and where is agreed on only with the answer (RFC 3264 §4).',
    };
  }
  const others = document.messages.filter(
    (message) =>
      message !== offer && message !== answer && message.leg === offer.leg && message.resend === 0,
  );
  const options = [offer, answer, ...others.slice(0, 2)].toSorted((a, b) => a.number - b.number);
  return {
    text: 'From which message on do both sides know what media to send, and where?',
    answers: options.map((message) => ({
      text: `#${message.number} ${message.title}`,
      right: message === answer,
      frame: message.frame,
      lane,
    })),
    because: `Message ${offer.number} carries the offer and message ${answer.number} its answer: with it both sides know (RFC 3264 §4).`,
  };
}

function labelOf(message: MessageDocument | undefined, lane: 'T' | 'D' | 'S'): number | undefined {
  return message?.labels.find((label) => label.lane === lane)?.number;
}
