// The way to the phones of the people one looks after.

import { SUPERVISES } from "../sync/permit.ts";
import { Icon } from "../widgets/icon.tsx";
import { useModel } from "../widgets/use-model.ts";
import { say } from "../words/apart.ts";
import { troubled } from "./ailing.ts";

/** One row; nothing for who looks after nobody. */
export function PhonesLink() {
  const model = useModel();
  const grants = model.me.value?.grants ?? [];
  if (!grants.some((grant) => SUPERVISES.has(grant.role))) return null;
  const some = model.phones.value?.rows.filter(troubled).length ?? 0;
  return (
    <a class="todo calm" href="#/devices">
      <Icon name="phone" />
      <span class="grow">
        <b>{say("devices.title")}</b>
        {some > 0 && <span class="note">{say("devices.some", { n: some })}</span>}
      </span>
      <Icon name="next" />
    </a>
  );
}
