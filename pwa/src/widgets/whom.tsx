// Choosing a person or a unit for a record: the unit first, then the person in it, by what the directory on
// the phone tells. It works without a network; how much somebody has in hand is shown where this phone knows.

import type { Field } from "../sync/kind.ts";
import type { Value } from "../sync/value.ts";
import { say } from "../words/apart.ts";
import type { Key } from "../words/say.ts";
import type { Filling } from "./filling.ts";
import { Icon } from "./icon.tsx";
import { byUnit, callable, loads, type Post, pageOf, postsOf, rolesAt } from "./posts.ts";
import { HEADING, LINE, LIST, Opener, Sheet } from "./sheet.tsx";
import { useModel, useWorld } from "./use-model.ts";
import { personWords, unitWords, type World } from "./value-words.ts";

const FEW = 10; // posts that need no headings to be opened

interface WhomProps {
  name: string;
  field: Field;
  filling: Filling;
}

/** What people call a role; "" for one that has no word. */
export const roleWords = (role: string): string => (role ? say(`role.${role}` as Key) : "");

/** The button that says who or where, and the sheet to choose from. */
export function Whom({ name, field, filling }: WhomProps) {
  const world = useWorld();
  const model = useModel();
  const value = filling.values[name];
  const chosen = typeof value === "number";
  const person = field.type === "person";
  const page = pageOf(world.kinds.values(), name, field);
  const asked = Object.entries(page?.fields ?? {}).flatMap(([other, each]) => {
    const unit = filling.values[other];
    return each.type === "unit" && typeof unit === "number" ? [unit] : [];
  });
  const known = postsOf(model.staff.value, world.people);
  const posts = callable(known, page, name, filling.values);
  const what = chosen ? (person ? nameWords(value, world) : unitWords(value, world)) : "";
  const words = chosen ? say("whom.chosen", { what }) : say(person ? "whom.person" : "whom.unit");
  const choose = (next: number): void => filling.set(name, next === value ? null : next);
  const groups = byUnit(posts, world.units, asked);
  return (
    <Opener chosen={chosen} words={words}>
      {(close) => (
        <Sheet
          title={say(person ? "whom.person" : "whom.unit")}
          find={say("whom.find")}
          hint={say(person ? "whom.hintPerson" : "whom.hintUnit")}
          close={close}
        >
          {(query, leave) => {
            const pickOne = (next: number): void => {
              choose(next);
              leave();
            };
            const shared = { value, pickOne, query };
            return person ? (
              <Persons groups={groups} asked={asked} {...shared} />
            ) : (
              <Units groups={groups} roles={rolesAt(page, name)} {...shared} />
            );
          }}
        </Sheet>
      )}
    </Opener>
  );
}

const nameWords = (person: number, world: World): string =>
  world.people.get(person) ?? personWords(person, world);

interface ListProps {
  groups: readonly [unit: number, posts: Post[]][];
  value: Value | undefined;
  query: string;
  pickOne: (chosen: number) => void;
}

/** People under their units; a unit opens with a tap, the one already named is open. */
function Persons({ groups, asked, ...rest }: ListProps & { asked: readonly number[] }) {
  const world = useWorld();
  const { query } = rest;
  const says = (post: Post): boolean =>
    [nameWords(post.person, world), unitWords(post.unit, world), roleWords(post.role)].some((words) =>
      words.includes(query),
    );
  const found = groups.flatMap(([unit, posts]) => {
    const meant = posts.filter(says);
    return meant.length ? [[unit, meant] as const] : [];
  });
  const count = found.reduce((sum, [, posts]) => sum + posts.length, 0);
  const open = query !== "" || count <= FEW;
  if (!count) return <Nobody />;
  return (
    <>
      {found.map(([unit, posts]) =>
        !open && alone(posts) ? (
          <People key={unit} posts={posts} at={`${unitWords(unit, world)} · `} {...rest} />
        ) : open || !unit ? (
          <section key={unit}>
            <h2>{unitWords(unit, world)}</h2>
            <People posts={posts} {...rest} />
          </section>
        ) : (
          <details key={unit} open={asked.includes(unit)}>
            <summary style={HEADING}>
              {unitWords(unit, world)}{" "}
              <span class="note" style="display:inline">
                {say("whom.count", { n: new Set(posts.map((post) => post.person)).size })}
              </span>
            </summary>
            <People posts={posts} {...rest} />
          </details>
        ),
      )}
    </>
  );
}

const alone = (posts: readonly Post[]): boolean => new Set(posts.map((post) => post.person)).size === 1;

interface PeopleProps extends Omit<ListProps, "groups" | "query"> {
  posts: readonly Post[];
  at?: string; // where they are, in a list that has no heading for it
}

function People({ posts, value, pickOne, at = "" }: PeopleProps) {
  const world = useWorld();
  const inHand = loads(world.views.values(), world.kinds);
  return (
    <ul style={LIST}>
      {[...new Set(posts.map((post) => post.person))].map((person) => {
        const roles = posts.filter((post) => post.person === person).map((post) => roleWords(post.role));
        const load = inHand.get(person);
        const said = [...roles, load ? say("whom.load", { n: load }) : ""].filter(Boolean).join(" · ");
        return (
          <Line
            key={person}
            words={at + nameWords(person, world) + (person === world.me ? say("whom.me") : "")}
            said={said}
            on={person === value}
            choose={() => pickOne(person)}
          />
        );
      })}
    </ul>
  );
}

/** Units; first those where naming one gives somebody a right to the record. */
function Units({ groups, roles, value, query, pickOne }: ListProps & { roles: ReadonlySet<string> }) {
  const world = useWorld();
  const meant = groups.filter(
    ([unit, posts]) =>
      unit > 0 &&
      (unitWords(unit, world).includes(query) ||
        posts.some((post) => nameWords(post.person, world).includes(query))),
  );
  const fits = (posts: readonly Post[]): boolean => !roles.size || posts.some((post) => roles.has(post.role));
  const first = meant.filter(([, posts]) => fits(posts));
  const rest = meant.filter(([, posts]) => !fits(posts));
  const lines = (listed: ListProps["groups"]) => (
    <ul style={LIST}>
      {listed.map(([unit, posts]) => (
        <Line
          key={unit}
          words={unitWords(unit, world)}
          said={whoIsThere(posts, roles, world)}
          on={unit === value}
          choose={() => pickOne(unit)}
        />
      ))}
    </ul>
  );
  if (!meant.length) return <Nobody />;
  return (
    <>
      {lines(first)}
      {rest.length > 0 && (
        <details open={!first.length}>
          <summary style={HEADING}>{say("whom.others")}</summary>
          {lines(rest)}
        </details>
      )}
    </>
  );
}

/** Two names, of those first who would hear of it. */
function whoIsThere(posts: readonly Post[], roles: ReadonlySet<string>, world: World): string {
  const sorted = [...posts].sort((a, b) => Number(roles.has(b.role)) - Number(roles.has(a.role)));
  const names = [...new Set(sorted.map((post) => nameWords(post.person, world)))];
  return names.length > 2
    ? say("whom.more", { who: names.slice(0, 2).join(say("listGap")) })
    : names.join(say("listGap"));
}

interface LineProps {
  words: string;
  said: string;
  on: boolean;
  choose: () => void;
}

function Line({ words, said, on, choose }: LineProps) {
  return (
    <li>
      <button
        type="button"
        class={on ? "plain solid" : "plain"}
        style={LINE}
        aria-pressed={on}
        onClick={choose}
      >
        <span>
          <b>{words}</b>
          {said && (
            <span class="note" style={on ? "color:inherit" : ""}>
              {said}
            </span>
          )}
        </span>
        {on && <Icon name="check" />}
      </button>
    </li>
  );
}

const Nobody = () => (
  <p role="status" class="blank">
    {say("whom.none")}
  </p>
);
