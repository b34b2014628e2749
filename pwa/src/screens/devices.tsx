// The phones of the people one looks after: first those that lack something, why that may be, and what to
// tell the person on the phone; the others under a count. Told as it was when there is no network.

import { useEffect, useState } from "preact/hooks";
import type { Phone } from "../model.ts";
import { waitWords, whenWords } from "../widgets/dates.ts";
import { Head } from "../widgets/head.tsx";
import { Icon } from "../widgets/icon.tsx";
import { Mark } from "../widgets/mark.tsx";
import { useModel } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";
import { ailing, lacking, troubled } from "./ailing.ts";
import { causeOf, photoWords, spanWords } from "./devices-words.ts";
import { home } from "./route.ts";
import { Lit } from "./saved.tsx";

/** The list. It is asked for anew after every exchange. */
export function Devices() {
  const model = useModel();
  const [why, setWhy] = useState("");
  const phones = model.phones.value;
  const now = model.nowMs.value;
  useEffect(() => void model.lookAtPhones().then(setWhy), [model.net.value.lastMs]);
  const rows = phones?.rows ?? [];
  const some = rows.filter(troubled);
  const fine = rows.filter((phone) => !troubled(phone));
  return (
    <>
      <Head title={say("devices.title")} back={home.value} />
      <div class="body">
        {why !== "" && (
          <p class="said">
            {phones ? say("devices.old", { when: whenWords(phones.atMs, now) }) : say("devices.never")}
          </p>
        )}
        {phones && some.length === 0 && (
          <div class="blank">
            <Lit />
            <p class="lead">{say(rows.length ? "devices.allFine" : "devices.none")}</p>
          </div>
        )}
        {some.map((phone) => (
          <Troubled key={phone.device} phone={phone} atMs={phones?.atMs ?? now} />
        ))}
        {fine.length > 0 && (
          <details>
            <summary>{say("devices.fine", { n: fine.length })}</summary>
            <ul>
              {fine.map((phone) => (
                <li key={phone.device} class="row apart">
                  <span>
                    {phone.who} <span class="note">{phone.name}</span>
                  </span>
                  <span class="note parts">
                    <span>{photoWords(phone, phones?.atMs ?? now)}</span>
                    <span>{heardWords(phone, now)}</span>
                  </span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </>
  );
}

const heardWords = ({ heardMs }: Phone, nowMs: number): string =>
  heardMs ? say("devices.heard", { when: whenWords(heardMs, nowMs, true) }) : say("devices.unheard");

/** One phone that lacks something, as it was at a time. */
function Troubled({ phone, atMs }: { phone: Phone; atMs: number }) {
  const { who, name, made, held, oldestMs, causes, tel } = phone;
  const short = lacking(phone);
  const photos = photoWords(phone, atMs);
  return (
    <section class="side">
      <div class="row apart">
        {ailing(phone) ? (
          <Mark shape="fail" word={say("devices.look")} />
        ) : (
          <Mark shape="wait" word={say("item.wait")} />
        )}
        <span class="note">{phone.out ? say("devices.out") : heardWords(phone, atMs)}</span>
      </div>
      <div class="row apart">
        <h2>
          {who} <span class="note">{name}</span>
        </h2>
        {tel && (
          <a class="plain" href={`tel:${tel}`}>
            <Icon name="phone" />
            {say("me.call", { name: who })}
          </a>
        )}
      </div>
      <p>
        {say(short ? "devices.made" : "devices.all", { made, held })}
        {short > 0 && <b>{say("devices.short", { n: short })}</b>}
        {oldestMs > 0 && (
          <span class="note">
            {say("devices.oldest", { when: whenWords(oldestMs, atMs), wait: waitWords(atMs - oldestMs) })}
          </span>
        )}
      </p>
      {photos && <p>{photos}</p>}
      {causes.map(([code, figure]) => (
        <Cause key={code} phone={phone} code={code} figure={figure} atMs={atMs} />
      ))}
    </section>
  );
}

interface CauseProps {
  phone: Phone;
  code: string;
  figure: number;
  atMs: number;
}

/** One likely cause, and what to say on the phone. */
function Cause({ phone, code, figure, atMs }: CauseProps) {
  const [cause, tell] = causeOf(phone, code, figure, atMs);
  return (
    <div class="said keep">
      <b>{cause}</b>
      {code === "missing" && <p class="note">{spanWords(phone)}</p>}
      <p>{tell}</p>
    </div>
  );
}
