#!/usr/bin/env python3
"""What embed.py makes of .sql files: columns and parts that statements share."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import embed  # noqa: E402

ONE = """
-- columns: ticket
id, title,
state

-- part: is_open
-- Why it is so.
state < 2 AND title <> 'gone.'

-- name: by_id
SELECT {ticket} FROM ticket WHERE id = $1 AND {is_open};

-- name: joined [sqlite]
SELECT {t.ticket} FROM ticket t;

-- name: joined [postgres]
SELECT 1;
"""


class SharedText(unittest.TestCase):
    def statements(self, text, others=None):
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root) / "src"
            folder.mkdir()
            for name, other in (others or {}).items():
                (folder / name).write_text(other)
            path = folder / "one.sql"
            path.write_text(text)
            return embed.Statements(path)

    def why_refused(self, text, others=None):
        with self.assertRaises(SystemExit) as refused:
            self.statements(text, others)
        return str(refused.exception)

    def test_columns_and_parts_stand_in_each_statement(self):
        texts = self.statements(ONE).texts
        self.assertEqual(texts["by_id"]["postgres"],
                         "SELECT id, title, state FROM ticket WHERE id = $1 AND "
                         "state < 2 AND title <> 'gone.'; ")

    def test_a_table_before_each_column(self):
        self.assertEqual(self.statements(ONE).texts["joined"]["sqlite"],
                         "SELECT t.id, t.title, t.state FROM ticket t; ")

    def test_columns_of_several_tables_have_names_of_their_own(self):
        found = self.statements("-- columns: pair\na.id, b.state AS other_state\n")
        self.assertEqual(found.columns["pair"], ["id", "other_state"])

    def test_a_column_that_is_reckoned_has_the_name_behind_it(self):
        found = self.statements("-- columns: x\nid, coalesce(a, '') AS title,\n"
                                "(SELECT max(at)\n FROM t) AS newest\n-- part: y\nz\n")
        self.assertEqual(found.columns["x"], ["id", "title", "newest"])

    def test_what_another_file_shares(self):
        found = self.statements("-- uses: two.sql\n-- name: x\nSELECT {ticket};",
                                {"two.sql": ONE})
        self.assertEqual(found.texts["x"]["sqlite"], "SELECT id, title, state; ")
        self.assertEqual(found.columns, {})

    def test_a_text_for_many_rows_says_what_its_arrays_are_of(self):
        text = ("-- name: x\nINSERT INTO t VALUES ($1, $2);\n-- name: x [postgres rows]\n"
                "INSERT INTO t SELECT * FROM unnest($1::text[], $2::bigint[]);")
        rows = self.statements(text).texts["x"]["postgres rows"].strip().rstrip(";")
        plan = "QueryPlan::anew"
        self.assertIn(f'{embed.literal(rows)}, "tb", false, {plan}', embed.of_rows(rows, plan))
        numbers = "SELECT place, 1 FROM generate_series(1, $1)"
        self.assertIn('"", true', embed.of_rows(numbers, plan))
        self.assertEqual(embed.of_rows("", plan), "")

    def test_a_statement_may_be_planned_anew(self):
        found = self.statements("-- name: x [anew]\nSELECT 1;\n-- name: y [sqlite]\nSELECT 2;\n"
                                "-- name: y [postgres anew]\nSELECT 3;\n-- name: z\nSELECT 4;\n")
        self.assertEqual([found.plan(name, "postgres") for name in "xyz"],
                         ["QueryPlan::anew", "QueryPlan::anew", "QueryPlan::kept"])
        self.assertEqual(found.plan("x", "postgres rows"), "QueryPlan::kept")
        self.assertEqual(found.texts["x"], {"sqlite": "SELECT 1; ", "postgres": "SELECT 1; "})
        self.assertEqual(found.texts["y"], {"sqlite": "SELECT 2; ", "postgres": "SELECT 3; "})

    def test_mistakes_name_their_line(self):
        for text, why in (("-- name: x\nSELECT {nothing};", ":2: {nothing} is written nowhere"),
                          ("-- columns: x\ncount(*), id\n", ":1: x has a column without a name"),
                          ("-- part: x\na\n-- part: x\nb\n", ":3: x is written twice"),
                          ("-- uses: gone.sql\n", ":1: src/gone.sql is not there"),
                          ("SELECT 1;", ":1: SQL without a name"),
                          (ONE + "-- name: y\nSELECT {t.is_open};", "more than names"),
                          ("-- name: x [sqlite anew]\nSELECT 1;", ":1: x: it is PostgreSQL"),
                          ("-- name: x [sqlite]\nSELECT 1;", "x has no text for postgres")):
            self.assertIn(why, self.why_refused(text))


class Header(unittest.TestCase):
    def test_columns_are_numbers_in_their_order(self):
        with tempfile.TemporaryDirectory() as root:
            path = pathlib.Path(root) / "one.sql"
            path.write_text(ONE)
            embed.write_statements(pathlib.Path(root), [path])
            header = (pathlib.Path(root) / "one.h").read_text()
        self.assertIn("namespace dw::columns::ticket {\nenum : int { id, title, state, behind };",
                      header)


if __name__ == "__main__":
    unittest.main()
