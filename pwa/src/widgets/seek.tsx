// The box to search a list in that a screen shows.

interface SeekProps {
  label: string; // what is looked for
  value: string;
  set: (query: string) => void;
}

/** Draw the box; a screen has one. */
export function Seek({ label, value, set }: SeekProps) {
  return (
    <div class="field">
      <label for="f-seek">{label}</label>
      <input
        id="f-seek"
        class="box"
        type="search"
        enterkeyhint="search"
        autocomplete="off"
        value={value}
        onInput={(event) => set(event.currentTarget.value)}
      />
    </div>
  );
}
