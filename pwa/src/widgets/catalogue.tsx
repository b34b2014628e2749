// The rest of a long list, behind one button under its pictures: headings to open, a box to search in, and
// what was chosen last. It covers the form and leaves it as it was; the way back closes it.

import type { Field, Option } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { say } from "../words/apart.ts";
import { language } from "../words/say.ts";
import { alsoCalled, families, found, headingOf, recent } from "./finding.ts";
import { Icon } from "./icon.tsx";
import { HEADING, LINE, LIST, Opener, Sheet } from "./sheet.tsx";
import { useWorld } from "./use-model.ts";
import { optionWords } from "./value-words.ts";

interface MoreProps {
  field: Field;
  value: Value | undefined;
  pickOne: (option: string) => void;
}

/** The button, which says what was chosen, and the sheet it opens. */
export function More({ field, value, pickOne }: MoreProps) {
  const chosen = field.options.find((option) => option.value === value && option.family);
  const words = chosen ? say("more.chosen", { what: optionWords(field, chosen.value) }) : say("more.open");
  return (
    <Opener chosen={chosen !== undefined} words={words}>
      {(close) => (
        <Sheet title={say("more.title")} find={say("more.find")} hint={say("more.hint")} close={close}>
          {(query, leave) => {
            const choose = (option: Option): void => {
              if (option.value !== value) pickOne(option.value);
              leave();
            };
            return query ? (
              <Found field={field} query={query} value={value} pickOne={choose} />
            ) : (
              <Headings field={field} value={value} pickOne={choose} />
            );
          }}
        </Sheet>
      )}
    </Opener>
  );
}

interface ListProps {
  field: Field;
  value: Value | undefined;
  pickOne: (option: Option) => void;
}

/** All that the form itself does not show: the last chosen first, then by heading, each to be opened. */
function Headings({ field, value, pickOne }: ListProps) {
  const { views, me } = useWorld();
  const latest = recent(field.options, views.values(), me);
  return (
    <>
      {latest.length > 0 && (
        <section>
          <h2>{say("more.recent")}</h2>
          <Lines field={field} options={latest} value={value} pickOne={pickOne} />
        </section>
      )}
      {families(field.options).map(([heading, options]) => (
        <details key={heading}>
          <summary style={HEADING}>
            {heading}{" "}
            <span class="note" style="display:inline">
              {say("more.count", { n: options.length })}
            </span>
          </summary>
          <Lines field={field} options={options} value={value} pickOne={pickOne} />
        </details>
      ))}
    </>
  );
}

function Found({ field, value, pickOne, query }: ListProps & { query: string }) {
  const options = found(field.options, query);
  return (
    <>
      <p role="status" class="note">
        {options.length ? say("more.found", { n: options.length }) : say("more.none")}
      </p>
      <Lines field={field} options={options} value={value} pickOne={pickOne} headed />
    </>
  );
}

function Lines({
  field,
  options,
  value,
  pickOne,
  headed,
}: ListProps & { options: Option[]; headed?: boolean }) {
  return (
    <ul style={LIST}>
      {options.map((option) => (
        <li key={option.value}>
          <button
            type="button"
            class={option.value === value ? "plain solid" : "plain"}
            style={LINE}
            aria-pressed={option.value === value}
            onClick={() => pickOne(option)}
          >
            <span>
              <b>{optionWords(field, option.value)}</b>
              <Beside option={option} headed={headed ?? false} chosen={option.value === value} />
            </span>
            {option.value === value && <Icon name="check" />}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What people call it, and in a mixed list its heading. */
function Beside({ option, headed, chosen }: { option: Option; headed: boolean; chosen: boolean }) {
  const called = language.value === "en" ? [] : alsoCalled(option);
  const said = [...called, ...(headed ? [headingOf(option)] : [])].filter(Boolean).join(" · ");
  return said ? (
    <span class="note" style={chosen ? "color:inherit" : ""}>
      {said}
    </span>
  ) : null;
}
