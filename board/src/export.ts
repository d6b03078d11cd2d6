// What the screen shows, as a file: CSV that carries no formulas, SVG and PNG of a chart.

/** A cell that a spreadsheet would take for a formula is marked as text. */
export function csvCell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csv(heading: string[], rows: (string | number | null)[][]): string {
  return [heading, ...rows].map((row) => row.map(csvCell).join(",") + "\r\n").join("");
}

export function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const kept = ["fill", "stroke", "stroke-width", "font-family", "font-size", "font-weight",
  "text-anchor", "opacity", "fill-opacity", "stroke-dasharray", "stroke-linejoin"];

/** The chart with its style written into it, so that it looks the same anywhere. */
export function svgText(chart: SVGSVGElement): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  copy.querySelectorAll(".time-over").forEach((one) => one.remove());  // the pointer's own mark
  const shown = [chart, ...chart.querySelectorAll("*:not(.time-over, .time-over *)")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  copies.forEach((element, i) => {
    const source = shown[i];
    if (!source) return;
    const style = getComputedStyle(source);
    kept.forEach((name) => element.setAttribute(name, style.getPropertyValue(name)));
    const y = source.getAttribute("data-y");
    if (y !== null) element.setAttribute("transform", `translate(0 ${y})`);
    ["class", "style", "data-y", "data-agent"].forEach((name) => element.removeAttribute(name));
  });
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  const panel = chart.closest(".panel") ?? document.body;
  ground.setAttribute("fill", getComputedStyle(panel).backgroundColor);
  copy.prepend(ground);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

export async function pngOf(text: string): Promise<Blob> {
  const scale = 2;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * scale;
  canvas.height = image.naturalHeight * scale;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"));
}

const plain = (text: string) => text.replace(/[&<>"]/g, (sign) =>
  ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

/** Bars with their names and numbers, as the page has them, in its colours. */
export function barsSvg(rows: { name: string; value: number }[]): string {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const [width, row, left, right] = [880, 28, 260, 80];
  const most = Math.max(1, ...rows.map((one) => one.value));
  const height = rows.length * row + 16;
  const bars = rows.map((one, i) => {
    const y = 8 + i * row;
    const long = ((width - left - right) * one.value) / most;
    return `<text x="12" y="${y + 19}" fill="${colour("ink")}">${plain(one.name)}</text>`
      + `<rect x="${left}" y="${y + 8}" width="${long.toFixed(1)}" height="12" rx="2" `
      + `fill="${colour("bar")}"/><text x="${(left + long + 8).toFixed(1)}" y="${y + 19}" `
      + `font-weight="600" fill="${colour("ink")}">${one.value.toLocaleString("en")}</text>`;
  }).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `
    + `viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="14">`
    + `<rect width="100%" height="100%" fill="${colour("panel")}"/>${bars}</svg>`;
}
