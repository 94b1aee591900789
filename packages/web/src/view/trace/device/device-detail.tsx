// One device: who and where it is, how long its answers take, and its log.
import { ListTree, X } from 'lucide';
import type { ComponentChild } from 'preact';
import { userOf } from '../../../model/trace/columns.ts';
import { deviceStanding, goodUntilOf, measuredOf } from '../../../model/trace/device/device.ts';
import type { Device, DeviceEntry } from '../../../model/trace/device/device.ts';
import { Icon } from '../../part/icon.tsx';
import { IconButton } from '../../part/icon-button.tsx';
import { lengthOf, momentOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';
import { addressOf, Standing } from './device-table.tsx';
import { LatencyGraph } from './latency-graph.tsx';

/** The device that is chosen. */
export function DeviceDetail(): ComponentChild {
  const { devices, deviceWords } = useTrace();
  const device = devices.chosen.value;
  const close = (): void => devices.choose(undefined);
  if (device !== undefined) return <Known device={device} close={close} />;
  if (devices.state.value.is !== 'ready') return undefined;
  return (
    <section class="device-detail" aria-label={deviceWords.log}>
      <header class="device-name">
        <p role="status">{deviceWords.gone}</p>
        <IconButton icon={X} label={deviceWords.close} onClick={close} />
      </header>
    </section>
  );
}

function Known({
  device,
  close,
}: {
  readonly device: Device;
  readonly close: () => void;
}): ComponentChild {
  const { devices, deviceWords } = useTrace();
  const name = device.userAgent ?? deviceWords.unnamed;
  const user = userOf(device.aor);
  return (
    <section class="device-detail scroll" aria-label={`${user}: ${name}`} tabIndex={0}>
      <header class="device-name">
        <div>
          <h2 class="title">
            <bdi>{name}</bdi>
          </h2>
          <Standing of={deviceStanding(device, devices.asOf.value)} />
        </div>
        <IconButton icon={X} label={deviceWords.close} onClick={close} />
      </header>
      <button type="button" class="button" onClick={() => devices.showCalls(device)}>
        <Icon of={ListTree} />
        {deviceWords.callsOf(user)}
      </button>
      <Facts device={device} />
      <Latency device={device} />
      <section class="device-part" aria-labelledby="device-log">
        <h3 id="device-log">{deviceWords.log}</h3>
        <ol class="device-log">
          {device.log.map((entry, index) => (
            <Entry key={entry.at} entry={entry} before={device.log[index + 1]} />
          ))}
        </ol>
      </section>
    </section>
  );
}

function Facts({ device }: { readonly device: Device }): ComponentChild {
  const { devices, words, deviceWords } = useTrace();
  const { facts } = deviceWords;
  const [last] = device.log;
  const now = devices.asOf.value;
  const isGood = deviceStanding(device, now) === 'registered' && last !== undefined;
  const told: readonly (readonly [string, string | undefined])[] = [
    [facts.aor, device.aor],
    [facts.address, `${addressOf(device)} (${device.transport})`],
    [facts.contact, device.contact],
    // Written in quotes and angle brackets (RFC 5626 §4.1), which say nothing.
    [facts.instance, device.instance?.replaceAll(/^"?<?|>?"?$/g, '')],
    [facts['good until'], isGood ? momentOf(words, goodUntilOf(last), now) : undefined],
  ];
  return (
    <dl class="device-facts">
      {told.map(
        ([name, value]) =>
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi class="address">{value}</bdi>
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Latency({ device }: { readonly device: Device }): ComponentChild {
  const { deviceWords } = useTrace();
  const { roundTrips } = device;
  return (
    <section class="device-part" aria-labelledby="device-latency">
      <h3 id="device-latency">{deviceWords.latency}</h3>
      {roundTrips === undefined ? (
        <p class="soft small">{deviceWords.notMeasured}</p>
      ) : (
        <>
          <LatencyGraph times={measuredOf(device)} />
          <dl class="device-figures figures">
            {(['last', 'least', 'mean', 'most'] as const).map((figure) => (
              <div key={figure}>
                <dt>{deviceWords.figures[figure]}</dt>
                <dd>
                  <bdi>{lengthOf(roundTrips[figure])}</bdi>
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </section>
  );
}

function Entry({
  entry,
  before,
}: {
  readonly entry: DeviceEntry;
  readonly before: DeviceEntry | undefined;
}): ComponentChild {
  const { devices, words, deviceWords } = useTrace();
  const { at, until, event, count, userAgent } = entry;
  const now = devices.asOf.value;
  const address = addressOf(entry);
  const isElsewhere = before === undefined || addressOf(before) !== address;
  const isOther = before !== undefined && before.userAgent !== userAgent;
  const also = [
    count > 1 ? deviceWords.times(count) : undefined,
    count > 1 ? deviceWords.until(momentOf(words, until, now)) : undefined,
  ].filter((text) => text !== undefined);
  return (
    <li data-event={event}>
      <time class="soft figures" dateTime={new Date(at).toISOString()}>
        {momentOf(words, at, now)}
      </time>
      <span class="device-happened">
        <span>
          {deviceWords.events[event]}
          {also.length > 0 && <span class="soft">{` · ${also.join(' ')}`}</span>}
        </span>
        {(isElsewhere || isOther) && (
          <span class="soft small">
            {isElsewhere && <bdi class="address">{`${address} ${entry.transport}`}</bdi>}
            {isOther && userAgent !== undefined && <bdi>{` ${userAgent}`}</bdi>}
          </span>
        )}
      </span>
    </li>
  );
}
