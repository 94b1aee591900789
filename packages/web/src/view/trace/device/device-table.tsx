// The list of devices: who, what it calls itself, from where, how it stands, and how long it takes to answer.
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { userOf } from '../../../model/trace/columns.ts';
import { deviceKey, deviceStanding } from '../../../model/trace/device/device.ts';
import type { Device, DeviceStanding } from '../../../model/trace/device/device.ts';
import { lengthOf, momentOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';

const columns = ['state', 'user', 'device', 'address', 'transport', 'latency', 'heard'] as const;

type Column = (typeof columns)[number];

/** The devices that fit what is searched for. */
export function DeviceTable(): ComponentChild {
  const { devices, viewer, deviceWords } = useTrace();
  const shown = devices.shown.value;
  const chosen = viewer.device.value;
  const at = shown.findIndex((device) => deviceKey(device) === chosen);
  const frame = useRef<HTMLDivElement>(null);
  // The keys are for the list as soon as it is there.
  useEffect(() => frame.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    frame.current?.querySelector('[data-cursor=true]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div
      ref={frame}
      class="device-table"
      role="grid"
      aria-label={deviceWords.title}
      aria-rowcount={shown.length + 1}
      aria-activedescendant={at < 0 ? undefined : `device-${at}`}
      tabIndex={0}
    >
      <div class="device-head" role="rowgroup">
        <div class="device-cells" role="row" aria-rowindex={1}>
          {columns.map((column) => (
            <span key={column} role="columnheader" data-column={column}>
              {deviceWords.columns[column]}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        {shown.map((device, index) => (
          <Row key={deviceKey(device)} device={device} at={index} isChosen={index === at} />
        ))}
      </div>
      {shown.length === 0 && <Nothing />}
    </div>
  );
}

function Row({
  device,
  at,
  isChosen,
}: {
  readonly device: Device;
  readonly at: number;
  readonly isChosen: boolean;
}): ComponentChild {
  const { devices } = useTrace();
  return (
    <div
      id={`device-${at}`}
      class="device-row"
      role="row"
      aria-rowindex={at + 2}
      aria-selected={isChosen}
      data-cursor={isChosen}
      onClick={() => devices.choose(device)}
      onDblClick={() => devices.showCalls(device)}
    >
      <div class="device-cells" role="presentation">
        {columns.map((column) => (
          <span key={column} role="gridcell" data-column={column}>
            <Cell column={column} device={device} />
          </span>
        ))}
      </div>
    </div>
  );
}

function Cell({
  column,
  device,
}: {
  readonly column: Column;
  readonly device: Device;
}): ComponentChild {
  const { devices, words, deviceWords } = useTrace();
  switch (column) {
    case 'state':
      return <Standing of={deviceStanding(device, devices.asOf.value)} />;
    case 'user':
      return (
        <bdi class="cut address" title={device.aor}>
          {userOf(device.aor)}
        </bdi>
      );
    case 'device':
      return device.userAgent === undefined ? (
        <span class="cut soft">{deviceWords.unnamed}</span>
      ) : (
        <bdi class="cut" title={device.userAgent}>
          {device.userAgent}
        </bdi>
      );
    case 'address':
      return <bdi class="cut address soft">{addressOf(device)}</bdi>;
    case 'transport':
      return <bdi class="soft">{device.transport}</bdi>;
    case 'latency':
      return (
        <bdi class="address">{device.roundTrips ? lengthOf(device.roundTrips.last) : '–'}</bdi>
      );
    case 'heard': {
      const until = device.log[0]?.until;
      return (
        until !== undefined && (
          <time dateTime={new Date(until).toISOString()}>
            {momentOf(words, until, devices.asOf.value)}
          </time>
        )
      );
    }
  }
}

/** How a device stands, with its lamp. */
export function Standing({ of }: { readonly of: DeviceStanding }): ComponentChild {
  const { deviceWords } = useTrace();
  return (
    <span class="device-standing" data-standing={of}>
      <span class="lamp" data-lamp={of === 'registered' ? 'ready' : undefined} />
      {deviceWords.standings[of]}
    </span>
  );
}

/** `192.0.2.1:5070`, or `[2001:db8::1]:5070`. */
export function addressOf({ host, port }: Pick<Device, 'host' | 'port'>): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`;
}

function Nothing(): ComponentChild {
  const { devices, deviceWords } = useTrace();
  const { is } = devices.state.value;
  if (devices.devices.value.length > 0) return <p class="empty">{deviceWords.nothingFound}</p>;
  if (is === 'failed') return undefined;
  return (
    <p class="empty" role="status">
      {is === 'asking' ? deviceWords.asking : deviceWords.nothingYet}
    </p>
  );
}
