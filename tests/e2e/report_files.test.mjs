// Reports as programs write them, through the command that a person would use: which customers and
// tickets are found, what is refused, and what reaches the terminal.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { folder, runBeside } from "./daemon.mjs";

const at = (back) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
const day = (back) => at(back).split("-").reverse().join("/");
const head = ["Firstname", "Lastname", "Email", "Ticket", "Status", "Date"];
const table = [head, ["Nora", "Nil", "nora@c.example", "A1", "Closed", day(5)],
  ["Olga", "Odd", "olga@c.example", "A2", "closed", day(4)],
  ["Pete", "Poe", "pete@c.example", "A3", "Open", day(4)]];
const text = (rows, separator = ",", end = "\r\n") =>
  rows.map((row) => row.join(separator) + end).join("");

/** What `notices preview` finds: {"nora@c.example":["A1"]}, the bad rows, the exit code. */
async function look(name, bytes, more = "") {
  const cwd = folder(
    `[notices]\nfile = "${name}"\nwebhook_url = "http://127.0.0.1:9/x"\n${more}`);
  writeFileSync(`${cwd}/${name}`, bytes);
  const done = await runBeside(cwd, ["notices", "preview", "--json"]);
  const seen = { code: done.code, err: done.err ?? "", found: null, bad: [] };
  if (!done.out.startsWith("{")) return seen;
  const json = JSON.parse(done.out.slice(0, done.out.lastIndexOf("}") + 1));
  seen.found = Object.fromEntries(
    json.items.map((one) => [one.to, one.tickets.map((ticket) => ticket.id)]));
  seen.subjects = json.items.flatMap((one) => one.tickets.map((t) => t.subject));
  seen.names = json.items.map((one) => one.name);
  seen.bad = json.figures.bad_rows.map((one) => one.row);
  return seen;
}
const both = { "nora@c.example": ["A1"], "olga@c.example": ["A2"] };

for (const [what, bytes, more] of [
  ["rows that end with CR", text(table, ",", "\r")],
  ["rows that end with LF", text(table, ",", "\n")],
  ["a line with the separator", "\ufeffsep=;\r\n" + text(table, ";")],
  ["tabs", text(table, "\t")],
  ["two byte-order marks", "\ufeff\ufeff" + text(table)],
  ["UTF-16", Buffer.from("\ufeff" + text(table), "utf16le")],
  ["UTF-16 without a mark", Buffer.from(text(table), "utf16le")],
  ["UTF-16 of the other order", Buffer.from("\ufeff" + text(table), "utf16le").swap16()],
  ["titles above the headings", "Closed tickets\r\n\r\n" + text(table)],
  ["ISO dates", text(table.map((row) => row.map((cell) =>
    cell === day(5) ? `${at(5)}T10:00:00Z` : cell === day(4) ? at(4) : cell)))],
]) {
  test(`a CSV report with ${what}`, async () => {
    const seen = await look("r.csv", bytes, more);
    assert.deepEqual(seen, { ...seen, code: 0, found: both, bad: [] }, seen.err);
  });
}

test("what nobody can see makes no second customer", async () => {
  const seen = await look("r.csv", text([head,
    ["N", "N", "nora@c.example\u00a0", "A1", "Closed", day(5)],
    ["N", "N", "\u200bnora@c.example", "A1\ufeff", "Closed\u2003", day(4)],
    ["N", "N", "nora@c.example", "A4", "\u00a0Closed", day(4)]]));
  assert.deepEqual(seen.found, { "nora@c.example": ["A1", "A4"] });
  assert.equal(seen.code, 0);
});

test("windows-1252, and numbers that a program kept as texts", async () => {
  const bytes = Buffer.from(text([head,
    ["Fiona", "D\x92Arc", "fiona@c.example", '="00042"', "Closed", day(5)],
    ["Zo\xeb", "\x8eak", "zoe@c.example", "7", "Closed", day(5)]]), "latin1");
  const seen = await look("r.csv", bytes, 'encoding = "latin-1"');
  assert.deepEqual(seen.found, { "fiona@c.example": ["00042"], "zoe@c.example": ["7"] });
  assert.deepEqual(seen.names, ["Fiona D\u2019Arc", "Zo\u00eb \u017dak"]);
});

test("a NUL is reported, and nothing from outside moves the terminal", async () => {
  const seen = await look("r.csv", text([head,
    ["N", "N", "nora@c.example", "A1\0", "Closed", day(5)],
    ["O", "O", "olga\x1b[2J@c.example", "A2", "Closed", day(5)],
    ["P", "P", "pete@c.example", "A3", "Closed", "\x1b[31m\x07soon"]]));
  assert.equal(seen.code, 1);
  assert.ok(seen.bad.includes(2) && seen.bad.includes(4), JSON.stringify(seen));
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(seen.err, /[\x00-\x08\x0b-\x1f]/);
});

test("no control character of a report reaches the terminal, of 8 bits neither", async () => {
  const cwd = folder('[notices]\nfile = "r\\u009b.csv"\nwebhook_url = "http://127.0.0.1:9/x"\n');
  const odd = "\x1b[2J\u009b31m\x7f\x07";
  writeFileSync(`${cwd}/r\u009b.csv`, text([head,
    [`N${odd}`, `N${odd}`, "nora@c.example", "A1", "Closed", day(5)],
    ["O", "O", `olga${odd}`, "A2", "Closed", day(5)],
    ["P", "P", "pete@c.example", "A3", "Closed", `soon${odd}`]]));
  for (const words of [["preview"], ["preview", "--json"], ["plan"], ["run", "--wait", "1"],
    ["why", "nora@c.example"], ["why", `x${odd}`]]) {
    const done = await runBeside(cwd, ["notices", ...words]);
    // eslint-disable-next-line no-control-regex
    assert.doesNotMatch(done.out + done.err, /[\x00-\x08\x0b-\x1f\x7f-\x9f]/, words.join(" "));
  }
});

test("what can't be read at all is an error with its reason", async () => {
  const columns = "columns = { " + ["Name", "Email", "Ticket", "Status", "Date"]
    .map((one) => `${one.toLowerCase()} = "${one}"`).join(", ") + " }";
  const twice = await look("r.csv",
    text([["Name", "Email", "Ticket", "Status", "Date", "Email"],
      ["N", "desk@c.example", "A1", "Closed", day(5), "nora@c.example"]]), columns);
  assert.equal(twice.found, null);
  assert.match(twice.err, /"Email" stands twice, in the columns B and F/);
  for (const bytes of ["", text([head]), text(table, ",", "\u2028")]) {
    const seen = await look("r.csv", bytes);
    assert.equal(seen.found, null);
    assert.notEqual(seen.code, 0);
    assert.match(seen.err, /the report (is empty|has one row)/);
  }
  const form = await look("r.csv",
    text([head, ["N", "N", "nora@c.example", "A1", "Closed", "16.11.2026"]]));
  assert.match(form.err, /notices\.date_format.*%d\.%m\.%Y would fit/);
});

test("the order of day and month is one for the whole report", async () => {
  const month = (back) => day(back).replace(/^(..).(..)/, "$2/$1");
  // One day beyond the 12th and one up to it, within forty days.
  const backs = [...Array(40).keys()].map((i) => i + 1);
  const late = backs.find((back) => Number(day(back).slice(0, 2)) > 12);
  const early = backs.find((back) => Number(day(back).slice(0, 2)) <= 12 &&
    day(back).slice(0, 2) !== day(back).slice(3, 5));
  const report = (one, two) => text([head, ["N", "N", "nora@c.example", "A1", "Closed", one],
    ["O", "O", "olga@c.example", "A2", "Closed", two]]);
  const read = await look("r.csv", report(month(early), month(late)));
  assert.deepEqual([read.code, read.found], [0, both], read.err);
  const days = await look("r.csv", report(day(early), day(late)));
  assert.deepEqual([days.code, days.found], [0, both], days.err);
  for (const [rows, more, what] of [
    [report(month(early), month(late)), 'date_format = "%d/%m/%Y"', /row 3, column F.*%m\/%d\/%Y/],
    [report(day(early), day(late)), 'date_format = "%m/%d/%Y"', /row 3, column F.*%d\/%m\/%Y/]]) {
    const seen = await look("r.csv", rows, more);
    assert.equal(seen.found, null);
    assert.notEqual(seen.code, 0);
    assert.match(seen.err, what);
  }
  const slip = await look("r.csv", report(day(late), month(late)));
  assert.deepEqual([slip.code, slip.found], [1, { "nora@c.example": ["A1"] }], slip.err);
});

/** A workbook out of its parts, by Python's zipfile: the order and the names are as given. */
function workbook(parts) {
  const script = ["import sys, json, zipfile, io", "b = io.BytesIO()",
    "z = zipfile.ZipFile(b, 'w', zipfile.ZIP_DEFLATED)",
    "[z.writestr(n, t) for n, t in json.load(sys.stdin)]", "z.close()",
    "sys.stdout.buffer.write(b.getvalue())"].join("\n");
  return execFileSync("python3", ["-c", script], { input: JSON.stringify(parts) });
}
const serial = (back) => Math.floor(Date.now() / 86_400_000) - back + 25569;
const letters = "ABCDEFGH";
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
function sheet(rows, prefix = "") {
  const p = prefix === "" ? "" : `${prefix}:`;
  const space = prefix === "" ? "" : ` xmlns:${prefix}="${main}"`;
  const cell = (value, column, row) => {
    const place = `r="${letters[column]}${row}"`;
    if (value?.error) return `<${p}c ${place} t="e"><${p}v>${value.error}</${p}v></${p}c>`;
    if (typeof value === "number") return `<${p}c ${place}><${p}v>${value}</${p}v></${p}c>`;
    return `<${p}c ${place} t="inlineStr"><${p}is><${p}t>${value}</${p}t></${p}is></${p}c>`;
  };
  const inside = rows.map((row, i) => {
    const cells = row.map((value, j) => cell(value, j, i + 1)).join("");
    return `<${p}row r="${i + 1}">${cells}</${p}row>`;
  });
  return `<${p}worksheet${space}><${p}sheetData>${inside.join("")}</${p}sheetData></${p}worksheet>`;
}
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
function book(sheets, place = "xl/workbook.xml") {
  const base = place.slice(0, place.lastIndexOf("/") + 1), name = place.slice(base.length);
  const relation = (id, kind, target) =>
    `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`;
  const package_of = (inside) => `<Relationships>${inside}</Relationships>`;
  const state = (one) => (one.state ? ` state="${one.state}"` : "");
  const listed = sheets.map((one, i) =>
    `<sheet name="${one.name}" sheetId="${i + 1}"${state(one)} z:id="x${i}"/>`).join("");
  return workbook([
    ["_rels/.rels", package_of(relation("a", "officeDocument", place))],
    [place, `<workbook xmlns:z="${office}"><sheets>${listed}</sheets></workbook>`],
    [`${base}_rels/${name}.rels`, package_of(sheets.map((one, i) =>
      relation(`x${i}`, one.kind ?? "worksheet", `tabs/t${i}.xml`)).join(""))],
    ...sheets.map((one, i) => [`${base}tabs/t${i}.xml`, one.xml ?? "<chartsheet/>"])]);
}
const numbers = [head, ["Nora", "Nil", "nora@c.example", "A1", "Closed", serial(5)],
  ["Olga", "Odd", "olga@c.example", 1041, "closed", serial(4)]];
const read = { "nora@c.example": ["A1"], "olga@c.example": ["1041"] };

test("a workbook's parts may have any name, place and prefix", async () => {
  const odd = book([{ name: "Data", xml: sheet(numbers, "q") }], "docs/main7.xml");
  const seen = await look("r.xlsx", odd);
  assert.deepEqual(seen.found, read, seen.err);
});

test("the named tab is read, else the first worksheet that can be seen", async () => {
  const other = sheet([["Read me"], ["Ask the desk"]]);
  const report = sheet(numbers);
  const covered = book([{ name: "Read me", xml: other }, { name: "Sheet1", xml: report }]);
  for (const more of ["", 'range = "Sheet1!A2:F"']) {
    assert.deepEqual((await look("r.xlsx", covered, more)).found, read);
  }
  const hidden = book([{ name: "Chart", kind: "chartsheet" },
    { name: "Old", state: "hidden", xml: other }, { name: "Data", xml: report }]);
  assert.deepEqual((await look("r.xlsx", hidden)).found, read);
  assert.match((await look("r.xlsx", hidden, 'range = "Chart"')).err, /"Chart" is no worksheet/);
});

test("error cells are reported, escapes are characters", async () => {
  const seen = await look("r.xlsx", book([{ name: "Data", xml: sheet([[...head, "Subject"],
    ["N", "N", "nora@c.example", { error: "#N/A" }, "Closed", serial(5), "x"],
    [{ error: "#REF!" }, "O", "olga@c.example", "A2", "Closed", serial(5), "x"],
    ["P", "P", "pete@c.example", "A3", "Closed", serial(5),
      "Lamp_x000D_\nroom _x005F_x0031_"]]) }]),
  'columns = { subject = "Subject" }');
  assert.deepEqual(seen.found, { "pete@c.example": ["A3"] }, seen.err);
  assert.deepEqual(seen.bad, [2, 3]);
  assert.deepEqual(seen.subjects, ["Lamp\nroom _x0031_"]);
  assert.equal(seen.code, 1);
});
