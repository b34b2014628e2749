import { describe, expect, it } from "vitest";
import type { Net } from "../../../pwa/src/model.ts";
import { netWords } from "../../../pwa/src/widgets/net-words.ts";
import { NOW } from "../screens/sights.ts";

const QUIET: Net = {
  online: true,
  sending: 0,
  waiting: 0,
  photosWaiting: 0,
  photosHeld: 0,
  originals: 0,
  knowsFree: false,
  oldestMs: 0,
  lastMs: 0,
};
const said = (net: Partial<Net>) => {
  const words = netWords({ ...QUIET, ...net }, NOW, "向网格长");
  return `${words.plain}${words.strong}${words.act ? " !" : ""}`;
};

describe("the sync line", () => {
  it("calls no network no fault", () => {
    expect(said({ online: false, waiting: 3, oldestMs: NOW - 60_000 })).toBe(
      "没有网，照常报。已存 3\u00a0条",
    );
    expect(said({ online: false })).toBe("没有网，照常记");
  });
  it("says what is under way, words before photos", () => {
    expect(said({ sending: 2, waiting: 3, photosWaiting: 1 })).toBe("正在发送 2/3");
    expect(said({ waiting: 2 })).toBe("等着发，已存 2\u00a0条");
    expect(said({ photosWaiting: 1, lastMs: NOW })).toBe("文字已送达，照片在传");
    expect(said({ photosWaiting: 3, photosHeld: 2, lastMs: NOW })).toBe(
      "今天的照片流量用完了，2\u00a0张过半夜再传",
    );
    expect(said({ photosHeld: 2, knowsFree: true })).toMatch(/等半夜或 Wi-Fi/);
  });
  it("never says that more is sent than waits", () => {
    expect(said({ sending: 3, waiting: 1 })).toBe("正在发送 3/3");
  });
  it("says when all was delivered", () => {
    expect(said({ lastMs: NOW - 17 * 60_000 })).toBe("全部送达 14:20");
    expect(said({ lastMs: NOW - 86_400_000 })).toBe("全部送达 昨天\u00a014:37");
    expect(said({})).toBe("手机里没有要发的");
  });
  it("asks for a call only when something is a day old, online or not", () => {
    const old = { waiting: 2, oldestMs: NOW - 86_400_001 };
    expect(said(old)).toBe("有 2\u00a0条存了一天，打电话给向网格长 !");
    expect(said({ ...old, online: false, sending: 1 })).toContain("!");
  });
});
