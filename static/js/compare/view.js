// Where pictures lie while all of them are zoomed and moved together. Only computes; tests import it.
//
// A view is { zoom, x, y }: zoom 1 shows a picture whole in its pane, x and y (0..1) say which point of the picture is in
// the middle of the pane. Relative positions, so that pictures of different sizes show the same part. A frame is
// { picture, pane }, each { width, height }: of the picture in its own pixels, of the pane in those of the page.

const CLOSEST = 8; // pixels of the page for one of the picture

export const WHOLE = { zoom: 1, x: 0.5, y: 0.5 };

export const fitScale = ({ picture, pane }) => Math.min(pane.width / picture.width, pane.height / picture.height);

/** Return how large and where the picture is drawn in its pane. */
export function place(view, frame) {
  const scale = fitScale(frame) * view.zoom;
  return {
    scale,
    left: frame.pane.width / 2 - view.x * frame.picture.width * scale,
    top: frame.pane.height / 2 - view.y * frame.picture.height * scale,
  };
}

/** Keep the view on the pictures: one may be moved as far as the frame that has most to show. */
export function clamp(view, frames) {
  const most = Math.max(1, ...frames.map((frame) => CLOSEST / fitScale(frame)));
  const zoom = Math.min(Math.max(view.zoom, 1), most);
  return { zoom, x: within(view.x, zoom, frames, "width"), y: within(view.y, zoom, frames, "height") };
}

function within(at, zoom, frames, side) {
  const half = Math.min(0.5, ...frames.map((frame) => frame.pane[side] / (2 * frame.picture[side] * fitScale(frame) * zoom)));
  return Math.min(Math.max(at, half), 1 - half);
}

/** Zoom by a factor; what lies under this point of the pane stays there. */
export function zoomAt(view, factor, point, frame) {
  const before = place(view, frame);
  const scale = before.scale * factor;
  const { picture, pane } = frame;
  return {
    zoom: view.zoom * factor,
    x: (point.x - before.left) / (picture.width * before.scale) + (pane.width / 2 - point.x) / (picture.width * scale),
    y: (point.y - before.top) / (picture.height * before.scale) + (pane.height / 2 - point.y) / (picture.height * scale),
  };
}

/** Move what is drawn by so many pixels of the page. */
export function pan(view, dx, dy, frame) {
  const { scale } = place(view, frame);
  return { ...view, x: view.x - dx / (frame.picture.width * scale), y: view.y - dy / (frame.picture.height * scale) };
}

/** The zoom at which a pixel of the picture is one of the screen; `density`: screen pixels for one of the page. */
export const oneToOne = (frame, density = 1) => 1 / (fitScale(frame) * density);

/** Choose columns for so many panes of this ratio (width / height), so that pictures get as large as the area allows. */
export function arrange(count, ratio, area, { caption = 0, gap = 0 } = {}) {
  let best = null;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const room = (area.height - gap * (rows - 1)) / rows - caption;
    const width = Math.min((area.width - gap * (columns - 1)) / columns, room * ratio);
    if (!best || width > best.width) best = { columns, width: Math.floor(width), height: Math.floor(width / ratio) };
  }
  return best;
}
