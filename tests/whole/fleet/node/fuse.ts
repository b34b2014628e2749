// The fault that a step of the simulator lays in a phone's disk.

/** The process ends here: what was not committed or flushed is gone, and nobody gets an answer. */
export class Crash extends Error {}

/** As a browser says that there is no room. */
class Full extends Error {
  override readonly name = "QuotaExceededError";
}

const FULL_MOST = 4; // calls in a row that find no room: more than the app makes of one write

/** Goes off at one of the next calls: `crash` or `full` before it, `after` once it is done. */
export class Fuse {
  blown = false; // since somebody last looked
  private calls = 0;
  private sort = "";
  private more = 0;

  arm(calls: number, sort: string): void {
    this.calls = calls;
    this.sort = sort;
    this.more = calls % FULL_MOST;
  }

  /** Count a call; true if it is the last one that happens. */
  pull(): boolean {
    if (!this.sort || --this.calls > 0) return false;
    this.blown = true;
    const sort = this.sort;
    if (sort !== "full" || !this.more--) this.sort = "";
    if (sort === "after") return true;
    throw sort === "full" ? new Full("no room") : new Crash("crash");
  }
}
