// Whether this browser tells the truth about the pixels of a canvas. Protections against fingerprinting (Firefox's
// resistFingerprinting, Brave, Safari's private windows) answer with noise, or with the same colour everywhere.

const SIDE = 64; // pixels: noise in one pixel of a hundred is met for certain

/** Draw a known pattern, opaque and of every brightness, read it back, and compare. */
export function isReadbackNoisy() {
  const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const drawn = context.createImageData(SIDE, SIDE);
  drawn.data.forEach((_, n, bytes) => { bytes[n] = n % 4 === 3 ? 255 : (n * 37 + (n >> 8) * 11) % 256; });
  context.putImageData(drawn, 0, 0);
  const read = context.getImageData(0, 0, SIDE, SIDE).data;
  return read.some((byte, n) => byte !== drawn.data[n]);
}
