// Offers with their answers: a table for each media line, with what they agree on, what changed, and what is not allowed.
import type { ComponentChild } from 'preact';
import type { NegotiatedLine, NegotiationDocument } from '@offhook/sip/trace';
import { offerRows } from '../../../../model/trace/draw/offer-table.ts';
import type { OfferRow } from '../../../../model/trace/draw/offer-table.ts';
import { FrameLink } from '../part/frame-link.tsx';
import { useSubject } from '../part/subject.ts';

/** All of them, in the order of the offers. */
export function OffersAndAnswers(): ComponentChild {
  const { document } = useSubject();
  if (document.negotiations.length === 0)
    return <p class="nothing">Nobody offered media in this call.</p>;
  return (
    <div class="negotiations">
      {document.negotiations.map((one) => (
        <Negotiation key={one.offer} of={one} />
      ))}
    </div>
  );
}

function Negotiation({ of }: { readonly of: NegotiationDocument }): ComponentChild {
  const { index, selection, explanation } = useSubject();
  const [offer, answer, refusal] = [of.offer, of.answer, of.refusal].map((number) =>
    index.message(number),
  );
  const isSelected = [offer, answer, refusal].some(
    (message) => message !== undefined && message.frame === selection.frame.value,
  );
  const found = explanation.findings.filter(({ about }) =>
    about.messages?.some((number) => number === of.answer || number === of.refusal),
  );
  return (
    <section
      class="negotiation"
      data-selected={isSelected}
      aria-label={`Offer of message ${of.offer}`}
    >
      <h3>
        <bdi>{index.nameOf(of.offerer)}</bdi> offers{' '}
        {offer !== undefined && <FrameLink frame={offer.frame} />}
        {', '}
        <bdi>{index.nameOf(of.answerer)}</bdi>{' '}
        {answer !== undefined ? (
          <>
            answers <FrameLink frame={answer.frame} />
          </>
        ) : refusal !== undefined ? (
          <>
            refuses with <bdi>{refusal.title}</bdi> <FrameLink frame={refusal.frame} />
          </>
        ) : (
          'does not answer'
        )}
      </h3>
      {found.map(({ rule, title, severity }) => (
        <p key={rule} class="tag bad" data-severity={severity}>
          <bdi>{title}</bdi>
        </p>
      ))}
      {of.lines.map((line) => (
        <Line key={line.index} of={line} />
      ))}
    </section>
  );
}

function Line({ of }: { readonly of: NegotiatedLine }): ComponentChild {
  return (
    <div
      class="table-frame cut"
      role="group"
      tabIndex={0}
      aria-label={`Media line ${of.index + 1}, ${of.media}`}
    >
      <table class="offer-table">
        <thead>
          <tr>
            <th scope="col">
              m={of.media} <span class="soft">{of.index + 1}</span>
            </th>
            <th scope="col">Offer</th>
            <th scope="col">Answer</th>
            <th scope="col">Agreed</th>
          </tr>
        </thead>
        <tbody>
          {offerRows(of).map((row) => (
            <Row key={row.name} of={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ of }: { readonly of: OfferRow }): ComponentChild {
  return (
    <tr data-changed={of.changed}>
      <th scope="row">
        {of.name === 'rtcpMux' ? 'RTCP mux' : of.name === 'ice' ? 'ICE' : of.name}
        {of.changed && <span class="tag again">changed</span>}
      </th>
      <td>
        <bdi>{of.offered}</bdi>
      </td>
      <td data-illegal={of.illegal !== undefined}>
        <bdi>{of.answered ?? '–'}</bdi>
        {of.illegal !== undefined && <span class="why-not">{of.illegal}</span>}
      </td>
      <td>
        <bdi>{of.agreed ?? ''}</bdi>
      </td>
    </tr>
  );
}
