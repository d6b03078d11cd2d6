// Buttons that save what is on the screen.
import { download, pngOf, svgText } from "./export";
import { Action } from "./parts";

export function Files({ name, table, chart }: { name: string; table: () => string;
  chart: { current: SVGSVGElement | null } }) {
  const saveCsv = async () =>
    download(`${name}.csv`, new Blob([table()], { type: "text/csv;charset=utf-8" }));
  const saveSvg = async () => {
    if (!chart.current) return;
    download(`${name}.svg`, new Blob([svgText(chart.current)], { type: "image/svg+xml" }));
  };
  const savePng = async () => {
    if (chart.current) download(`${name}.png`, await pngOf(chart.current));
  };
  return (
    <span class="files" role="group" aria-label="Save as">
      <Action label="PNG" quiet run={savePng} />
      <Action label="SVG" quiet run={saveSvg} />
      <Action label="CSV" quiet run={saveCsv} />
    </span>
  );
}
