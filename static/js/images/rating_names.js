// Which key says what of a picture, wherever pictures are.

export const RATING_KEYS = {
  p: "pick", u: "maybe", m: "maybe", x: "reject", f: "favourite", l: "favourite",
  0: "0", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5",
};
