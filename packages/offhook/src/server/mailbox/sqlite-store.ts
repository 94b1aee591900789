// The messages on the embedded database; only their number is kept in memory.
import type { MessageTable } from '../storage/schema.ts';
import type { Storage } from '../storage/storage.ts';
import type { KeptMessage, MessageStore, NewMessage } from './store.ts';

/** Opens the store with the messages that outlived the last run. */
export async function openMessages(storage: Storage): Promise<MessageStore> {
  const rows = await storage.queries.selectFrom('message').select(['id', 'aor']).execute();
  return new SqliteMessages(storage, rows);
}

class SqliteMessages implements MessageStore {
  readonly #storage: Storage;
  readonly #counts = new Map<string, number>();
  #lastId = 0;

  constructor(storage: Storage, rows: readonly Pick<MessageTable, 'id' | 'aor'>[]) {
    this.#storage = storage;
    for (const { id, aor } of rows) {
      this.#add(aor, 1);
      this.#lastId = Math.max(this.#lastId, id);
    }
  }

  count(aor: string): number {
    return this.#counts.get(aor) ?? 0;
  }

  async keep(message: NewMessage): Promise<number> {
    const { aor } = message;
    this.#lastId += 1;
    const id = this.#lastId;
    this.#add(aor, 1);
    let stored = 0;
    try {
      const insert = this.#storage.queries
        .insertInto('message')
        .values(toRow({ ...message, id }))
        .onConflict((conflict) => conflict.doNothing());
      [stored = 0] = await this.#storage.write([insert.compile()]);
    } finally {
      if (stored === 0) this.#add(aor, -1);
    }
    return stored === 0 ? this.#idOf(message) : id;
  }

  async of(aor: string): Promise<readonly KeptMessage[]> {
    const all = this.#storage.queries.selectFrom('message').selectAll().where('aor', '=', aor);
    return (await all.orderBy('id').execute()).map(fromRow);
  }

  async expired(wall: number): Promise<readonly KeptMessage[]> {
    const all = this.#storage.queries.selectFrom('message').selectAll().where('due', '<=', wall);
    return (await all.orderBy('id').limit(1000).execute()).map(fromRow);
  }

  async remove({ aor, id }: Pick<KeptMessage, 'aor' | 'id'>): Promise<void> {
    const [removed = 0] = await this.#storage.write([
      this.#storage.queries.deleteFrom('message').where('id', '=', id).compile(),
    ]);
    this.#add(aor, -removed);
  }

  async removeAll(aor: string): Promise<void> {
    await this.#storage.write([
      this.#storage.queries.deleteFrom('message').where('aor', '=', aor).compile(),
    ]);
    // Whatever was counted, also what another process has taken out.
    this.#counts.delete(aor);
  }

  aors(): readonly string[] {
    return [...this.#counts.keys()];
  }

  async #idOf({ aor, callId, fromTag, cseq }: NewMessage): Promise<number> {
    const rows = await this.#storage.queries
      .selectFrom('message')
      .select('id')
      .where('aor', '=', aor)
      .where('call_id', '=', callId)
      .where('from_tag', '=', fromTag)
      .where('cseq', '=', cseq)
      .execute();
    // One that was delivered between the two is as good as stored: there is nothing to take out under its id.
    return rows[0]?.id ?? 0;
  }

  #add(aor: string, more: number): void {
    const count = this.count(aor) + more;
    if (count > 0) this.#counts.set(aor, count);
    else this.#counts.delete(aor);
  }
}

function toRow({
  id,
  aor,
  callId,
  fromTag,
  cseq,
  received,
  due,
  bytes,
}: KeptMessage): MessageTable {
  return { id, aor, call_id: callId, from_tag: fromTag, cseq, received, due, request: bytes };
}

function fromRow(row: MessageTable): KeptMessage {
  const { id, aor, call_id: callId, from_tag: fromTag, cseq, received, due, request } = row;
  return { id, aor, callId, fromTag, cseq, received, due, bytes: request };
}
