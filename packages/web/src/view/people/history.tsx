// The calls that are over: who, when, and how they ended, in words.
import {
  CircleAlert,
  Info,
  PhoneIncoming,
  PhoneMissed,
  PhoneOutgoing,
  Search,
  Trash2,
} from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { HistoryEntry } from '../../model/phone.ts';
import type { FaultWords } from '../../words/fault/fault-words.ts';
import type { Label } from '../../words/words.ts';
import { sentenceOf } from '../../words/words.ts';
import { Avatar } from '../part/avatar.tsx';
import { Choice } from '../part/choice.tsx';
import { Icon } from '../part/icon.tsx';
import { IconButton } from '../part/icon-button.tsx';
import { clock, day, duration } from '../part/time.ts';
import { usePhone, useWords, useWorld } from '../world.ts';
import { VoicemailLight } from './voicemail.tsx';

/** The list of calls. */
export function HistoryView(): ComponentChild {
  const { history } = usePhone();
  const { ports } = useWorld();
  const words = useWords();
  const { labels } = words;
  const found = history.found.value;
  useEffect(() => history.seen(), []);
  const faultWords = useFaultWords(found.some(({ fault }) => fault !== undefined));
  let last = '';
  return (
    <section class="view" aria-label={labels.history}>
      <header class="view-head">
        <h1 class="title">{labels.history}</h1>
        {history.entries.value.length > 0 && (
          <IconButton
            icon={Trash2}
            label={labels['clear history']}
            onClick={() => history.clear()}
          />
        )}
      </header>
      <div class="scroll">
        <div class="list-tools">
          <VoicemailLight />
          <label class="search">
            <Icon of={Search} />
            <input
              class="input"
              type="search"
              aria-label={labels.search}
              placeholder={labels.search}
              value={history.search.value}
              onInput={(event) => {
                history.search.value = event.currentTarget.value;
              }}
            />
          </label>
          <Choice
            label={labels.history}
            options={[
              ['all', labels.all],
              ['missed', labels.missed],
            ]}
            value={history.filter.value}
            onChange={(value) => {
              history.filter.value = value;
            }}
          />
        </div>
        {found.length === 0 && (
          <p class="empty">
            {history.entries.value.length === 0 ? labels['no calls yet'] : labels['nothing found']}
          </p>
        )}
        <ul class="rows">
          {found.flatMap((entry) => {
            const title = day(words, entry.at, ports.now.value);
            const head =
              title === last
                ? []
                : [
                    <li class="row-title" key={title}>
                      {title}
                    </li>,
                  ];
            last = title;
            return [...head, <Entry key={entry.id} entry={entry} faultWords={faultWords} />];
          })}
        </ul>
      </div>
    </section>
  );
}

/** What faults mean, once that is needed and loaded. */
function useFaultWords(isNeeded: boolean): FaultWords {
  const { ports } = useWorld();
  const { language } = useWords();
  const [words, setWords] = useState<FaultWords>({});
  useEffect(() => {
    if (isNeeded) void ports.faultWords(language).then(setWords, () => undefined);
  }, [isNeeded, language]);
  return words;
}

function Entry({
  entry,
  faultWords,
}: {
  readonly entry: HistoryEntry;
  readonly faultWords: FaultWords;
}): ComponentChild {
  const phone = usePhone();
  const words = useWords();
  const { labels } = words;
  // A fault that the words for the call's end say already is not said twice.
  const fault = entry.trouble === undefined ? faultWords[entry.fault ?? 0] : undefined;
  const bad = entry.how === 'missed' || entry.how === 'failed';
  return (
    <li class={bad ? 'row bad' : 'row'}>
      <Avatar name={entry.with.name} />
      <span class="what">
        <span class="line">
          <strong class="cut">
            <bdi>{entry.with.name}</bdi>
          </strong>
          <time class="when" dateTime={new Date(entry.at).toISOString()}>
            {clock(words, entry.at)}
          </time>
        </span>
        <span class="soft">
          <Icon of={iconOf(entry)} turns />
          <span>
            {saidOf(entry)}
            {fault !== undefined && <span class="fault-said">{fault.happened}</span>}
          </span>
        </span>
      </span>
      <button
        type="button"
        class="whole"
        aria-label={`${labels.call}: ${entry.with.name}`}
        onClick={() => phone.call(entry.with.address)}
      />
      <IconButton
        icon={Info}
        label={`${labels.explain}: ${entry.with.name}`}
        onClick={() => {
          phone.place.value = { is: 'explain', callId: entry.callId };
        }}
      />
    </li>
  );

  function saidOf({ how, direction, seconds, trouble }: HistoryEntry): string {
    if (how === 'failed' && trouble !== undefined) return sentenceOf(words, trouble);
    if (how === 'answered') return `${labels[`${direction} call`]}, ${duration(seconds * 1000)}`;
    return labels[outcomes[how]];
  }
}

const outcomes: Readonly<Record<HistoryEntry['how'], Label>> = {
  answered: 'outgoing call',
  transferred: 'transfer',
  missed: 'missed call',
  declined: 'declined call',
  cancelled: 'cancelled call',
  failed: 'failed call',
  elsewhere: 'answered elsewhere',
};

function iconOf({ how, direction }: HistoryEntry): IconNode {
  if (how === 'missed') return PhoneMissed;
  if (how === 'failed') return CircleAlert;
  return direction === 'incoming' ? PhoneIncoming : PhoneOutgoing;
}
