// The difference of two pictures of equal shape, pixel by pixel. Only computes; tests import it.

/** Write |one - other| x gain into `out`, all three RGBA bytes of equal length; return what differs how much. */
export function difference(one, other, out, gain = 1) {
  let differing = 0;
  let most = 0;
  let sum = 0;
  for (let n = 0; n < one.length; n += 4) {
    const red = Math.abs(one[n] - other[n]);
    const green = Math.abs(one[n + 1] - other[n + 1]);
    const blue = Math.abs(one[n + 2] - other[n + 2]);
    out[n] = red * gain;
    out[n + 1] = green * gain;
    out[n + 2] = blue * gain;
    out[n + 3] = 255;
    const top = Math.max(red, green, blue);
    if (top) differing += 1;
    if (top > most) most = top;
    sum += red + green + blue;
  }
  const pixels = one.length / 4;
  return { share: differing / pixels, most, mean: sum / (3 * pixels) };
}

/** Whether two pictures can be laid on one another: their ratios agree within half a percent. */
export function sameShape(one, other) {
  return Math.abs((one.width * other.height) / (one.height * other.width) - 1) < 0.005;
}

/** Say the difference in words. */
export function inWords({ share, most, mean }) {
  if (!most) return "No pixel differs.";
  const percent = 100 * share;
  const said = percent < 0.1 ? "fewer than 0.1" : percent.toFixed(percent < 10 ? 1 : 0);
  return `${said} % of the pixels differ, on average by ${mean.toFixed(1)} of 255, at most by ${most}.`;
}
