// Signing in with a one-time code, and leaving. Neither ever throws away what waits to be sent.

import type { Parts } from "./exchange.ts";
import { NOWHERE } from "./keep.ts";
import type { Mirror } from "./mirror.ts";
import type { Net } from "./model.ts";
import { begun, note, rehome } from "./outbox.ts";
import type { Session, Spare, Table } from "./ports.ts";

const ALL: readonly Table[] = ["outbox", "sent", "records", "photos", "previews", "notes"];
const TRIES = 3; // to fetch the town after the code was taken, before the person is told to wait
const BETWEEN_MS = 2_000;

interface Outside extends Parts {
  readonly spare: Spare;
  readonly deviceName: string;
}

export class Signing {
  private readonly outside: Outside;
  private readonly mirror: Mirror;
  private readonly changed: () => Promise<void>;

  constructor(outside: Outside, mirror: Mirror, changed: () => Promise<void>) {
    this.outside = outside;
    this.mirror = mirror;
    this.changed = changed;
  }

  /** Bind this phone to a person; "" when the town is here, too, else the reason. */
  async enrol(code: string, fetch: () => Promise<void>): Promise<string> {
    const { link, deviceName, spare } = this.outside;
    const before = this.mirror.notes.value.session ?? spare.load();
    const answer = await link.enrol(code, deviceName, before?.number ?? "");
    if (!answer.ok) return answer.code;
    const { token, device, person } = answer.value;
    await this.keep({ token, number: device, person, out: false }, before);
    for (let tried = 1; ; tried++) {
      await fetch();
      await this.mirror.refresh({ records: [], pages: true });
      if (this.mirror.actor.value) return "";
      if (tried === TRIES) return "offline";
      await new Promise<void>((again) => this.outside.chance.after(BETWEEN_MS, again));
    }
  }

  /**
   * Go on as before under the same number. Under another one everything is heard anew, and own work moves
   * over: what is not sent, and of the same person also what no backup holds, for a server that gives another
   * number has forgotten the old one.
   */
  private async keep(session: Session, before: Session | null): Promise<void> {
    const { store, spare, chance } = this.outside;
    const same = before?.person === session.person;
    await store.write(ALL, async (tx) => {
      await begun(tx, chance.hex(8));
      if (same && before.number === session.number) return tx.put("notes", { id: "session", value: session });
      const backed = (await note(tx, "heard"))?.backed ?? 0;
      await tx.clear("records");
      await tx.drop("notes", "heard");
      await tx.drop("notes", "directory");
      await tx.drop("notes", "phones");
      await tx.put("notes", { id: "session", value: session });
      await rehome(tx, session, same ? backed : NOWHERE);
    });
    spare.save(session);
    await this.changed();
  }

  /** Forget this phone; not while anything waits that the server lacks. */
  async leave({ waiting, photosWaiting }: Net): Promise<void> {
    if (waiting + photosWaiting > 0) return;
    const { store, link, spare, chance } = this.outside;
    const session = this.mirror.notes.value.session;
    if (session) await link.leave(session.token);
    spare.save(null);
    await store.forget?.();
    await store.write(ALL, async (tx) => {
      const prefs = await tx.get("notes", "prefs"); // how this phone's owner reads is nobody's secret
      for (const table of ALL) await tx.clear(table);
      if (prefs) await tx.put("notes", prefs);
      await begun(tx, chance.hex(8));
    });
    await this.changed();
  }
}
