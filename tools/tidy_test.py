#!/usr/bin/env python3
"""Each rule of tidy.py can fail, and lets pass what is right."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from house import defects, docs, floors, habits, limits, names, source, tree  # noqa: E402
import tidy  # noqa: E402


def findings(rule, files):
    """What one rule finds in a tree of {path: text}."""
    world = tree.Tree([tree.File(path, text) for path, text in files.items()])
    return [str(finding) for finding in rule(world)]


class Rules(unittest.TestCase):
    def assert_found(self, rule, files, *places):
        found = findings(rule, files)
        self.assertEqual(len(found), len(places), found)
        for one, place in zip(sorted(found), sorted(places)):
            self.assertTrue(one.startswith(place), f"{one} is not at {place}")
            self.assertIn("; instead: ", one)

    def assert_clean(self, rule, files):
        self.assertEqual(findings(rule, files), [])


class Floors(Rules):
    def test_an_include_upwards_is_found(self):
        self.assert_found(floors.floors, {"src/domain/a.h": '\n#include "engine/inbox.h"\n'},
                          "src/domain/a.h:2: domain includes upwards from engine")

    def test_an_include_from_a_neighbour_is_found(self):
        self.assert_found(floors.floors, {"src/jobs/a.cc": '#include "store/open.h"\n'},
                          "src/jobs/a.cc:1: jobs includes sideways from store")

    def test_a_connector_does_not_include_another(self):
        text = '#include "connectors/slack/wire.h"\n'
        self.assert_found(floors.floors, {"src/connectors/teams/a.cc": text},
                          "src/connectors/teams/a.cc:1: connectors/teams includes")
        self.assert_clean(floors.floors, {"src/connectors/slack/a.cc": text})

    def test_a_job_includes_what_all_jobs_share_and_no_other_job(self):
        self.assert_clean(floors.floors,
                          {"src/jobs/intake/a.cc": '#include "jobs/routing.h"\n'})
        self.assert_found(floors.floors,
                          {"src/jobs/intake/a.cc": '#include "jobs/tally/tally.h"\n'},
                          "src/jobs/intake/a.cc:1:")
        self.assert_found(floors.floors,
                          {"src/jobs/summary.cc": '#include "jobs/tally/tally.h"\n'},
                          "src/jobs/summary.cc:1:")

    def test_downwards_is_right(self):
        self.assert_clean(floors.floors, {"src/app/a.cc": '#include "web/api/api.h"\n'})

    def test_a_new_folder_needs_a_floor(self):
        self.assert_found(floors.new_floors, {"src/cellar/a.h": ""}, "src/cellar:1:")

    def test_heavy_headers_stay_in_source_files(self):
        text = "#include <boost/asio/awaitable.hpp>\n#include <boost/beast/http.hpp>\n"
        self.assert_found(floors.heavy_headers, {"src/net/a.h": text}, "src/net/a.h:2:")
        self.assert_clean(floors.heavy_headers, {"src/net/a.cc": text})


class Habits(Rules):
    def test_clocks_are_handed_in(self):
        text = "void f() {\n  auto now = std::chrono::system_clock::now();\n}\n"
        self.assert_found(habits.clocks, {"src/engine/a.cc": text}, "src/engine/a.cc:2:")
        self.assert_found(habits.clocks, {"src/engine/a_test.cc": text}, "src/engine/a_test.cc:2:")
        self.assert_clean(habits.clocks, {"src/base/clock.cc": text})

    def test_a_word_in_a_comment_or_a_literal_is_no_code(self):
        text = '// sleep_for is banned\nauto text = "sleep_for";\nauto raw = R"(sleep_for)";\n'
        self.assert_clean(habits.clocks, {"src/engine/a.cc": text})

    def test_tasks_have_an_owner(self):
        text = "asio::co_spawn(loop, f(), asio::detached);\n"
        self.assert_found(habits.spawns, {"src/web/a.cc": text}, "src/web/a.cc:1:")
        self.assert_clean(habits.spawns, {"src/net/task_group.cc": text})
        self.assert_clean(habits.spawns, {"src/web/a_test.cc": text})

    def test_nothing_is_awaited_behind_a_condition_in_the_same_expression(self):
        self.assert_found(habits.conditional_awaits,
                          {"src/web/a.cc": "co_return !failed && co_await more();\n"
                                           "co_return failed ? false : co_await more();"},
                          "src/web/a.cc:1:", "src/web/a.cc:2:")
        self.assert_found(habits.conditional_awaits,
                          {"src/web/a.cc": "f();\nif (!co_await more()) break;\n"
                                           "if (!co_await more()) {\n  continue;\n}"},
                          "src/web/a.cc:2:", "src/web/a.cc:3:")
        self.assert_clean(habits.conditional_awaits,
                          {"src/web/a.cc": "if (failed) co_return 1; co_return co_await more();"})

    def test_a_capturing_lambda_is_no_coroutine(self):
        self.assert_found(habits.capturing_coroutines,
                          {"src/web/a.cc": "auto f = [this](int n) -> Task<void> { co_return; };"},
                          "src/web/a.cc:1:")
        self.assert_clean(habits.capturing_coroutines,
                          {"src/web/a.cc": "auto f = [](int n) -> Task<void> { co_return; };"})

    def test_catch_stays_at_the_seams(self):
        text = "void f() {\n  try { g(); } catch (const std::exception&) {}\n}\n"
        self.assert_found(habits.catches, {"src/web/a.cc": text}, "src/web/a.cc:2:")
        self.assert_clean(habits.catches, {"src/engine/inbox.cc": text})

    def test_commands_print_through_one_file(self):
        text = 'void f() {\n  fmt::print("{}", name);\n}\n'
        self.assert_found(habits.prints, {"src/app/commands/a.cc": text},
                          "src/app/commands/a.cc:2:")
        self.assert_clean(habits.prints, {"src/app/print.cc": text, "src/web/a.cc": text})

    def test_sql_has_its_folder(self):
        text = 'auto q = "SELECT id FROM ticket WHERE id = 1";\nauto t = "Please select from it";\n'
        self.assert_found(habits.sql, {"src/store/a.cc": text}, "src/store/a.cc:1:")
        self.assert_clean(habits.sql, {"src/store/sql/a.sql": text})

    def test_a_vendor_is_known_to_its_connector_only(self):
        text = 'auto url = "https://api.pagerduty.com/oncalls";\n'
        self.assert_found(habits.vendor_addresses, {"src/jobs/a.cc": text}, "src/jobs/a.cc:1:")
        self.assert_clean(habits.vendor_addresses, {"src/connectors/pagerduty/config.h": text})
        self.assert_clean(habits.vendor_addresses, {"src/jobs/a.cc": "// " + text})

    def test_a_shared_pointer_says_who_shares(self):
        self.assert_found(habits.shared_pointers, {"src/web/a.h": "\n\nstd::shared_ptr<A> a;\n"},
                          "src/web/a.h:3:")
        self.assert_clean(habits.shared_pointers,
                          {"src/web/a.h": "// Shared by all readers.\n\nstd::shared_ptr<A> a;\n"})
        self.assert_clean(habits.shared_pointers,
                          {"src/web/a.h": "std::shared_ptr<A> a;  // shared by all readers\n"})


class Names(Rules):
    def test_empty_words_are_found_where_a_name_is_declared(self):
        text = ("class TaskManager {};\nint do_it(int user_data);\nenum class Kind { a, misc };\n"
                "auto ticket_info = f();\n")
        self.assert_found(names.identifiers, {"src/web/a.h": text}, "src/web/a.h:1: `TaskManager`",
                          "src/web/a.h:2: `do_it`", "src/web/a.h:2: `user_data`",
                          "src/web/a.h:3: `misc`", "src/web/a.h:4: `ticket_info`")

    def test_two_types_of_one_name_are_found_unless_one_is_its_file_s_own(self):
        one = "namespace dw {\nstruct Answer { int a = f({1}); };\n}\n"
        other = "namespace dw {\nclass Other;\nclass Answer final : public B {\n};\n}\n"
        own = ("namespace dw {\nnamespace {\nstruct Answer {};\n}\n"
               "struct A { struct Answer {}; enum class Answer { yes }; };\n}\n")
        chosen = "namespace dw {\nenum class Answer { yes };\n}\n"
        self.assert_found(names.one_definition,
                          {"src/jobs/a.h": one, "src/web/b.h": other, "src/web/c.cc": own},
                          "src/web/b.h:3: `dw::Answer` is defined in src/jobs/a.h too")
        self.assert_found(names.one_definition, {"src/jobs/a.h": one, "src/web/b.h": chosen},
                          "src/web/b.h:2: `dw::Answer` is defined in src/jobs/a.h too")
        self.assert_clean(names.one_definition,
                          {"src/jobs/a.h": one, "src/jobs/b.cc": own, "src/d.h": "class Answer;"})

    def test_a_use_and_a_word_inside_a_word_are_right(self):
        text = ("int metadata;\nauto n = text.data();\nreturn data;\nconst char* data() const;\n"
                "void log_info(int n);\nbool is_done;\n")
        self.assert_clean(names.identifiers, {"src/web/a.h": text})

    def test_python_and_typescript_are_held_to_it_too(self):
        self.assert_found(names.identifiers, {"tools/a.py": "def process(misc):\n    pass\n"},
                          "tools/a.py:1: `misc`", "tools/a.py:1: `process`")
        self.assert_found(names.identifiers, {"tests/a.mjs": "const helperCount = 1;\n"},
                          "tests/a.mjs:1: `helperCount`")

    def test_files_and_folders_say_what_is_in_them(self):
        self.assert_found(names.file_names, {"src/base/string_utils.h": "", "src/misc/a.h": ""},
                          "src/base/string_utils.h:1:", "src/misc:1:")


class Limits(Rules):
    def test_a_file_has_600_lines_at_most(self):
        self.assert_found(limits.file_length, {"src/a.cc": "int a;\n" * 601}, "src/a.cc:1: 601")
        self.assert_clean(limits.file_length, {"src/a.cc": "int a;\n" * 600})

    def test_a_function_has_70_lines_at_most(self):
        body = "  g();\n"
        for head in ("void A::f(int n) const", "Task<void> f()", "A::A(int n) : a_(n), b_{n}",
                     "template <class T>\nvoid f(T t)"):
            extra = head.count("\n")
            self.assert_found(limits.function_length,
                              {"src/a.cc": f"namespace dw {{\n{head} {{\n{body * 69}}}\n}}\n"},
                              f"src/a.cc:2: `")
            self.assert_clean(limits.function_length, {
                "src/a.cc": f"namespace dw {{\n{head} {{\n{body * (68 - extra)}}}\n}}\n"})

    def test_a_long_class_is_no_long_function(self):
        text = "class A {\n public:\n" + "  int f() {\n    return 1;\n  }\n" * 40 + "};\n"
        self.assert_clean(limits.function_length, {"src/a.h": text})

    def test_functions_of_scripts_are_measured(self):
        body = "  g();\n" * 70
        for text in (f"function f(a) {{\n{body}}}\n", f"const f = async (a) => {{\n{body}}};\n",
                     f"class A {{\n  async f(a: B): Promise<C> {{\n{body}  }}\n}}\n"):
            self.assertEqual(len(findings(limits.function_length, {"board/a.ts": text})), 1, text)
        self.assert_clean(limits.function_length,
                          {"board/a.ts": f"describe('a', () => {{\n{body}}});\n"})
        self.assert_found(limits.function_length,
                          {"a.py": "def f():\n" + "    g()\n" * 70}, "a.py:1: `f` has 71 lines")

    def test_a_line_has_100_columns_at_most(self):
        self.assert_found(limits.line_length, {"a.cc": "\n" + "a" * 101}, "a.cc:2: 101")
        self.assert_clean(limits.line_length,
                          {"a.cc": "// https://example.com/" + "a" * 101, "a.md": "a" * 300})

    def test_unfinished_work_is_found(self):
        self.assert_found(limits.unfinished, {"a.cc": "// FIX" "ME: later", "a.md": "TO" "DO"},
                          "a.cc:1:", "a.md:1:")


class Defects(Rules):
    def test_a_defect_finds_the_words_that_it_replaces(self):
        text = ('SQL = "src/a.sql"\nDEFECTS = (\n'
                '    ("youngest first", SQL, "BY id;", "BY -id;"),\n)\n')
        self.assert_clean(defects.gone,
                          {"tests/mutants/a.py": text, "src/a.sql": "SELECT 1 ORDER BY id;\n"})
        for there in ({"src/a.sql": "SELECT 1 ORDER BY lane, id\n"}, {}):
            self.assert_found(defects.gone, {"tests/mutants/a.py": text, **there},
                              "tests/mutants/a.py:3: src/a.sql has other words")
        self.assert_clean(defects.gone, {"tests/mutants/run.py": "import a\nDEFECTS = a.x\n"})


class Docs(Rules):
    def test_a_readme_names_what_is_there(self):
        files = {"src/net/README.md": "- `a.h .cc`: x\n- `gone.h`: y\n```\n`not_me.h`\n```\n",
                 "src/net/a.h": "", "src/net/a.cc": ""}
        self.assert_found(docs.missing_files, files, "src/net/README.md:2: names gone.h")

    def test_a_page_names_paths_that_are_there_and_may_name_patterns(self):
        files = {"CONTRIBUTING.md": "`net/url.h`, `src/x.h`, `connectors/NAME/wire.h`, `any.h`\n"
                                    "`src/net/*.h` and `src/net/gone.h`\n",
                 "src/net/url.h": ""}
        self.assert_found(docs.missing_files, files, "CONTRIBUTING.md:2: names src/net/gone.h")

    def test_a_list_of_files_is_complete(self):
        files = {"src/net/README.md": "- `a.h`: x\n", "src/net/a.h": "", "src/net/b.h": ""}
        self.assert_found(docs.left_out, files, "src/net/README.md:1: the list of files leaves out")
        self.assert_clean(docs.left_out, {"src/net/README.md": "Words only.\n", "src/net/b.h": ""})

    def test_a_connector_says_how_a_doubt_is_settled(self):
        self.assert_found(docs.doubts, {"src/connectors/a/a.h": ""}, "src/connectors/a:1:")
        self.assert_found(docs.doubts, {"src/connectors/a/README.md": "# a\n"},
                          "src/connectors/a/README.md:1:")
        self.assert_clean(docs.doubts,
                          {"src/connectors/a/README.md": "## How a doubt is settled\n\nNever.\n"})

    def test_links_lead_somewhere(self):
        files = {"docs/a.md": "[b](b.md#one-two) [c](../c.md) [d](https://example.com)\n",
                 "docs/b.md": "# One, two\n", "c.md": ""}
        self.assert_clean(docs.links, files)
        self.assert_found(docs.links, {"docs/a.md": "[b](b.md)\n\n[c](#none)\n"},
                          "docs/a.md:1:", "docs/a.md:3:")

    def test_private_paths_are_found(self):
        for path in ("/wor" "k/main", "/hom" "e/ana/x", "/tm" "p/build-x"):
            self.assert_found(docs.private_paths, {"a.sh": f"cd {path}\n"}, "a.sh:1:")
        self.assert_clean(docs.private_paths, {"a.sh": "cd src/wor" "k/x\n"})

    def test_package_hosts_are_found(self):
        host = "https://regis" "try.npm" "js.org/x"
        self.assert_found(docs.package_hosts, {"a/package-lock.json": f'"resolved": "{host}"\n'},
                          "a/package-lock.json:1:")

    def test_the_changelog_keeps_its_form(self):
        good = ("# Changelog\n\n## [Unreleased]\n\n### Added\n\n- bridge: a thread is a ticket\n"
                "  and goes on here\n\n## [1.0.0] - 2026-11-21\n")
        self.assert_clean(docs.changelog, {"CHANGELOG.md": good})
        bad = "# Changelog\n\n## 1.0\n\n### New\n\n- A thing without an area\n"
        self.assert_found(docs.changelog, {"CHANGELOG.md": bad}, "CHANGELOG.md:3:",
                          "CHANGELOG.md:5:", "CHANGELOG.md:7:")
        self.assert_found(docs.changelog, {}, "CHANGELOG.md:1:")


class Source(unittest.TestCase):
    def test_literals_and_comments_are_told_from_code(self):
        parts = source.split('int n = 1\'000; // a "b"\nauto c = \'"\'; auto s = R"x(" // )x";')
        self.assertEqual(parts.comments, [(1, 1, '// a "b"')])
        self.assertEqual([text for _, text in parts.literals], ["'\"'", 'R"x(" // )x"'])
        self.assertIn("1'000", parts.code)

    def test_templates_and_patterns_of_scripts_are_literals(self):
        parts = source.split('const a = `x ${b ? `{` : "}"} y`; const r = /["{]/g;', True)
        self.assertNotIn("{", parts.code)

    def test_every_rule_has_a_test(self):
        here = pathlib.Path(__file__).read_text()
        for rule in tidy.RULES:
            self.assertIn(f".{rule.__name__},", here, f"{rule.__name__} has no test")


if __name__ == "__main__":
    unittest.main()
