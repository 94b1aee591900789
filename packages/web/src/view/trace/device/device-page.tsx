// The devices that registered: what to search for, the list, and beside it the log of one.
import { Search } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../part/icon.tsx';
import { useTrace } from '../trace-world.ts';
import { DeviceDetail } from './device-detail.tsx';
import { DeviceTable } from './device-table.tsx';

/** The screen of devices. */
export function DevicePage(): ComponentChild {
  const { devices, viewer, deviceWords } = useTrace();
  const state = devices.state.value;
  const isOpen = viewer.device.value !== undefined;
  return (
    <div class="device-page" data-open={isOpen}>
      <div class="viewer-tools" role="toolbar" aria-label={deviceWords.title}>
        <SearchField />
        <span class="tools-end">
          <span class="soft small figures" role="status">
            {deviceWords.count(devices.shown.value.length, devices.devices.value.length)}
          </span>
        </span>
      </div>
      {state.is === 'failed' && (
        <div class="state-line note bad" role="alert">
          {deviceWords.faults[state.why]}
        </div>
      )}
      <DeviceTable />
      {isOpen && <DeviceDetail />}
    </div>
  );
}

function SearchField(): ComponentChild {
  const { devices, deviceWords } = useTrace();
  const field = useRef<HTMLInputElement>(null);
  const wanted = devices.searchWanted.value;
  useEffect(() => {
    if (wanted > 0) field.current?.select();
  }, [wanted]);
  return (
    <label class="search">
      <Icon of={Search} />
      <input
        ref={field}
        class="input"
        type="search"
        aria-label={deviceWords.search}
        placeholder={deviceWords.search}
        value={devices.text.value}
        onInput={(event) => {
          devices.text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape') return;
          if (event.key === 'Escape') devices.text.value = '';
          // The keys belong to the list again.
          event.currentTarget.blur();
          event.stopPropagation();
        }}
      />
    </label>
  );
}
