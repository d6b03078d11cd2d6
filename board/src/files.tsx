// Buttons that save what is on the screen.
import { download, pngOf } from "./export";
import { Action } from "./parts";

/** `picture`: the drawing as the text of an SVG; null while there is none. */
export function Files({ name, table, picture }: { name: string; table: () => string;
  picture: () => string | null }) {
  const saveCsv = async () =>
    download(`${name}.csv`, new Blob([table()], { type: "text/csv;charset=utf-8" }));
  const saveSvg = async () => {
    const text = picture();
    if (text) download(`${name}.svg`, new Blob([text], { type: "image/svg+xml" }));
  };
  const savePng = async () => {
    const text = picture();
    if (text) download(`${name}.png`, await pngOf(text));
  };
  return (
    <span class="files" role="group" aria-label="Save as">
      <Action label="PNG" quiet run={savePng} />
      <Action label="SVG" quiet run={saveSvg} />
      <Action label="CSV" quiet run={saveCsv} />
    </span>
  );
}
