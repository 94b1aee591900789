// The messages of a call, one a row.
import type { ComponentChild } from 'preact';
import type { CallDocument } from '@offhook/sip/trace';
import type { Selection } from '../../../model/trace/selection.ts';
import { useTrace } from '../trace-world.ts';

/** The rows. */
export function Rows({
  document,
  selection,
}: {
  readonly document: CallDocument;
  readonly selection: Selection;
}): ComponentChild {
  const { words } = useTrace();
  const nameOf = (id: number): string => {
    const party = document.parties.find((one) => one.id === id);
    return party?.name ?? party?.addresses[0] ?? String(id);
  };
  return (
    <table class="message-rows">
      <thead>
        <tr>
          <th scope="col">{words.columns.time}</th>
          <th scope="col">{words.columns.from}</th>
          <th scope="col">{words.columns.to}</th>
          <th scope="col">{words.columns.messages}</th>
        </tr>
      </thead>
      <tbody>
        {document.messages.map((message) => (
          <tr
            key={message.number}
            data-selected={selection.frame.value === message.frame}
            onClick={() => {
              selection.frame.value = message.frame;
            }}
          >
            <td>{((message.at - document.startedAt) / 1000).toFixed(3)}</td>
            <td>{nameOf(message.from)}</td>
            <td>{nameOf(message.to)}</td>
            <td>{message.title}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
