// Workbooks that other programs wrote, made anew each time: every writer gets the same report with
// all that a sheet may hold, and what `notices preview` finds is the same for each. Then a
// differential test: random tables, written by one program, read by us and by openpyxl.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ExcelJS from "exceljs";
import write_excel_file from "write-excel-file/node";
import XLSX from "xlsx";
import XlsxPopulate from "xlsx-populate";
import { folder, runBeside } from "./daemon.mjs";

const date = (back) => new Date((Math.floor(Date.now() / 86_400_000) - back) * 86_400_000);
const head = ["Firstname", "Lastname", "Email", "Ticket", "Status", "Date", "Subject"];
const rows = [head,
  ["Nora", "Ñíl <&>", "nora@c.example", "A1", "Closed", date(5), "Lamp, \"floor 4\"\nroom 2"],
  ["Olga", " Odd ", "olga@c.example", 1041, "closed", date(4), "sum, of; parts"],
  ["Pete", "Poe", "pete@c.example", "A3", "Open", date(4), ""],
  ["Rita", "Rye", "rita@c.example", "00042", "Closed", date(3), true]];
const found = { "nora@c.example": ["A1"], "olga@c.example": ["1041"], "rita@c.example": ["00042"] };

/** The report behind a cover sheet, as exceljs writes it, with a formula's error besides. */
async function by_exceljs() {
  const book = new ExcelJS.Workbook();
  book.addWorksheet("Hidden", { state: "hidden" }).addRow(["not", "this"]);
  const sheet = book.addWorksheet("Report");
  rows.forEach((row) => sheet.addRow(row));
  sheet.getCell("A2").value = { richText: [{ text: "No" }, { font: { bold: true }, text: "ra" }] };
  return Buffer.from(await book.xlsx.writeBuffer());
}

function by_xlsx() {
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows, { UTC: true }), "Report");
  return XLSX.write(book, { type: "buffer", bookType: "xlsx", bookSST: true, compression: true });
}

async function by_populate() {
  const book = await XlsxPopulate.fromBlankAsync();
  book.sheet(0).cell("A1").value(rows);
  book.sheet(0).range("F2:F5").style("numberFormat", "dd/mm/yyyy");
  return book.outputAsync();
}

const by_write_excel_file = async () => {
  const written = rows.map((row) => row.map((value) => value instanceof Date
    ? { value, type: Date, format: "dd/mm/yyyy" } : value === "" ? null : { value }));
  const cwd = folder("");
  const made = await write_excel_file(written, { filePath: `${cwd}/w.xlsx`, buffer: false });
  if (made?.toFile) await made.toFile(`${cwd}/w.xlsx`);
  return readFileSync(`${cwd}/w.xlsx`);
};

function by_python(library) {
  const cwd = folder("");
  const script = `
import json, sys, datetime
rows, kind, path = json.load(sys.stdin), sys.argv[1], sys.argv[2]
def value(one):
    return datetime.date.fromisoformat(one['date']) if isinstance(one, dict) else one
if kind == 'openpyxl':
    import openpyxl
    book = openpyxl.Workbook()
    for row in rows: book.active.append([value(one) for one in row])
    book.save(path)
else:
    import xlsxwriter
    book = xlsxwriter.Workbook(path)
    sheet, day = book.add_worksheet(), book.add_format({'num_format': 'dd/mm/yyyy'})
    for i, row in enumerate(rows):
        for j, one in enumerate(row):
            if isinstance(one, dict): sheet.write_datetime(i, j, value(one), day)
            elif isinstance(one, bool): sheet.write_boolean(i, j, one)
            elif isinstance(one, str): sheet.write_string(i, j, one)
            else: sheet.write(i, j, one)
    book.close()`;
  const plain = (one) => one instanceof Date ? { date: one.toISOString().slice(0, 10) } : one;
  execFileSync("/usr/bin/python3", ["-c", script, library, `${cwd}/w.xlsx`],
    { input: JSON.stringify(rows.map((row) => row.map(plain))) });
  return readFileSync(`${cwd}/w.xlsx`);
}

/** What Gnumeric makes of a workbook when it saves it again. */
function by_gnumeric(bytes) {
  const cwd = folder("");
  writeFileSync(`${cwd}/in.xlsx`, bytes);
  execFileSync("ssconvert", ["in.xlsx", "out.xlsx"], { cwd, stdio: "ignore" });
  return readFileSync(`${cwd}/out.xlsx`);
}

async function preview(bytes, name = "r.xlsx", more = 'columns = { subject = "G" }') {
  const cwd = folder(`[notices]\nfile = "${name}"\nwebhook_url = "http://127.0.0.1:9/x"\n${more}`);
  writeFileSync(join(cwd, name), bytes);
  const done = await runBeside(cwd, ["notices", "preview", "--json"]);
  if (!done.out.startsWith("{")) return { code: done.code, err: done.err };
  const json = JSON.parse(done.out.slice(0, done.out.lastIndexOf("}") + 1));
  return { code: done.code, err: done.err, bad: json.figures.bad_rows,
    figures: json.figures,
    names: Object.fromEntries(json.items.map((one) => [one.to, one.name])),
    days: Object.fromEntries(json.items.map((one) => [one.to, one.tickets[0].closed_on])),
    subjects: Object.fromEntries(json.items.map((one) => [one.to, one.tickets[0].subject])),
    found: Object.fromEntries(json.items.map((one) => [one.to, one.tickets.map((t) => t.id)])) };
}

for (const [name, make] of [["exceljs", by_exceljs], ["xlsx", by_xlsx],
  ["xlsx-populate", by_populate], ["write-excel-file", by_write_excel_file],
  ["openpyxl", () => by_python("openpyxl")], ["XlsxWriter", () => by_python("xlsxwriter")],
  ["Gnumeric", async () => by_gnumeric(by_xlsx())]]) {
  test(`a workbook as ${name} writes it`, async () => {
    const seen = await preview(await make());
    assert.deepEqual(seen.found, found, seen.err);
    assert.deepEqual(seen.bad, []);
    assert.equal(seen.code, 0);
    assert.equal(seen.names["nora@c.example"], "Nora Ñíl <&>");
    assert.equal(seen.days["olga@c.example"], date(4).toISOString().slice(0, 10));
    assert.equal(seen.subjects["nora@c.example"], "Lamp, \"floor 4\"\nroom 2");
    assert.equal(seen.subjects["olga@c.example"], "sum, of; parts");
  });
}

/** A small generator, so that a failure can be repeated by its seed. */
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
}

const odd = ["", " ", "ü€", "a,b;c", "\"q\"", "line\nbreak", "=1+1", "'", "0012", "-0.5", "<&>",
  "1e5", "TRUE", "\t", "ß".repeat(40)];
/** A table of closed tickets whose other cells are odd; addresses say which row is which. */
function odd_table(next) {
  const out = [head];
  for (let i = 0; i < 12; ++i) {
    const text = () => odd[next(odd.length)];
    out.push([text(), text(), `c${i}@c.example`, next(2) ? `T${i}` : 1000 + i, "Closed",
      date(1 + next(5)), text()]);
  }
  return out;
}

/** Cells as openpyxl and Python's csv module read them. */
function as_python_reads(file, kind) {
  const script = `
import sys, json, csv, datetime
if sys.argv[2] == 'xlsx':
    import openpyxl
    rows = openpyxl.load_workbook(sys.argv[1], data_only=True).active.iter_rows(values_only=True)
else:
    rows = csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline=''))
def text(one):
    if isinstance(one, datetime.datetime): return one.date().isoformat()
    return '' if one is None else str(one)
json.dump([[text(one) for one in row] for row in rows], sys.stdout)`;
  const done = spawnSync("/usr/bin/python3", ["-c", script, file, kind], { maxBuffer: 1 << 26 });
  assert.equal(done.status, 0, String(done.stderr));
  return JSON.parse(done.stdout);
}
const tidy = (text) => text.replace(/\r\n?/g, "\n").trim();

const seed = Number(process.env.DW_WORKBOOKS_SEED ?? Date.now() % 100_000);
test(`what we read is what openpyxl and Python's csv read (seed ${seed})`, async () => {
  const next = random(seed);
  for (let round = 0; round < 6; ++round) {
    const table = odd_table(next);
    const kind = round % 2 ? "csv" : "xlsx";
    let bytes;
    if (kind === "xlsx") {
      const book = new ExcelJS.Workbook();
      const sheet = book.addWorksheet("Report", {});
      table.forEach((row) => sheet.addRow(row));
      bytes = Buffer.from(await book.xlsx.writeBuffer());
    } else {
      const cell = (one) => `"${String(one instanceof Date ? one.toISOString().slice(0, 10) : one)
        .replaceAll('"', '""')}"`;
      bytes = Buffer.from(table.map((row) => row.map(cell).join(",")).join("\r\n"));
    }
    const cwd = folder("");
    writeFileSync(`${cwd}/t.${kind}`, bytes);
    const theirs = as_python_reads(`${cwd}/t.${kind}`, kind).slice(1);
    const ours = await preview(bytes, `r.${kind}`);
    assert.ok(ours.found, ours.err);
    const bad = new Set(ours.bad.map((one) => one.row));
    for (const [i, row] of theirs.entries()) {
      if (bad.has(i + 2)) continue;  // reported, with its reason
      const why = `seed ${seed}, round ${round}, row ${i + 2}: ${JSON.stringify(row)}`;
      assert.deepEqual(ours.found[row[2]], [row[3]], why);
      assert.equal(ours.days[row[2]], row[5], why);
      assert.equal(tidy(ours.subjects[row[2]]), tidy(row[6]), why);
    }
    assert.equal(bad.size, 0, JSON.stringify(ours.bad));
  }
});
