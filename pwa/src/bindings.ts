// What the day's list needs to know of the kinds, in one table: which page plays which part, and the
// few fields that are found by name. A town without one of them simply has no such part.

export const KINDS = {
  day: "day_sheet", // one person's duties of one day
  note: "note", // a word to the secretary
} as const;

export const FIELDS = {
  emergency: "emergency", // an op that sets it goes before all others (I13)
  captured: "captured_ms", // when the photo was taken, or the form begun
  source: "source", // where the photo came from: camera, album or none
  day: "day", // the day a sheet is of
  sameAs: "same_as", // the day whose answers a sheet took over
  text: "text", // what a note says
  about: "about", // the record it is about
  entry: "entry", // what was entered, in words
  reason: "reason", // why an entry was kept
  photos: "photos", // those that go with it
} as const;
