// What the worker does with a call: shown whatever comes, opened only at a record or at the start.

import { describe, expect, it } from "vitest";
import { calledOf, open, show } from "../../pwa/src/called.ts";

const RECORD = "00000009aaaaaaaa.1";
const said = (other: object = {}): string =>
  JSON.stringify({ title: "前哨", body: "事件：等书记看", record: RECORD, urgent: false, ...other }).padEnd(
    512,
  );

/** A registration that keeps what it is to show. */
function shell() {
  const shown: { title: string; options: NotificationOptions & { renotify?: boolean } }[] = [];
  return {
    shown,
    showNotification: async (title: string, options: NotificationOptions = {}) => {
      shown.push({ title, options });
    },
  };
}

/** The browser's windows, one of them or none, and where they were sent. */
function windows(there: boolean, willing = true) {
  const went: string[] = [];
  const page = {
    navigate: async (path: string) => {
      if (!willing) throw new TypeError("not ours");
      went.push(`page ${path}`);
      return page;
    },
    focus: async () => {
      went.push("focus");
      return page;
    },
  };
  const clients = {
    matchAll: async () => (there ? [page] : []),
    openWindow: async (path: string) => {
      went.push(`new ${path}`);
      return null;
    },
  };
  return { went, clients: clients as unknown as Clients };
}

describe("a call", () => {
  it("is read as it was sent", () => {
    expect(calledOf(said({ urgent: true }))).toEqual({
      title: "前哨",
      body: "事件：等书记看",
      record: RECORD,
      urgent: true,
    });
  });

  it.each([undefined, "", "{", "null", "5", "[]", '"x"', '{"title":5,"body":{},"record":[],"urgent":1}'])(
    "that is none is shown with the name alone: %s",
    (text) => {
      expect(calledOf(text)).toEqual({ title: "前哨", body: "", record: "", urgent: false });
    },
  );

  it.each(["../x", "javascript:alert(1)", `${RECORD}/x`, `${RECORD}\n`, "", 5])(
    "names no record but a record: %s",
    (record) => {
      expect(calledOf(said({ record })).record).toBe("");
    },
  );

  it("is shown once a record, and an urgent one stays and rings anew", async () => {
    const { shown, ...rest } = shell();
    await show(rest, said());
    await show(rest, said({ urgent: true }));
    await show(rest);
    expect(shown.map(({ options }) => [options.tag, options.renotify, options.requireInteraction])).toEqual([
      [RECORD, false, false],
      [RECORD, true, true],
      [undefined, undefined, false],
    ]);
    expect(shown[0]?.options).toMatchObject({ body: "事件：等书记看", data: RECORD });
  });

  it("is no longer than a locked screen", () => {
    expect(calledOf(said({ body: "漏".repeat(5000) })).body.length).toBe(120);
  });
});

describe("a tap on it", () => {
  it("opens the record in the app that is open", async () => {
    const { went, clients } = windows(true);
    await open(clients, RECORD);
    expect(went).toEqual([`page /#/story/${RECORD}`, "focus"]);
  });

  it("opens the app where none is open, or where its page will not go there", async () => {
    for (const { went, clients } of [windows(false), windows(true, false)]) {
      await open(clients, RECORD);
      expect(went).toEqual([`new /#/story/${RECORD}`]);
    }
  });

  it.each([undefined, "", "https://evil.example", 5, { record: RECORD }])(
    "goes nowhere else: %s",
    async (data) => {
      const { went, clients } = windows(false);
      await open(clients, data);
      expect(went).toEqual(["new /"]);
    },
  );
});
