#!/usr/bin/env python3
"""What unity.py compiles together, and what it keeps apart."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import unity  # noqa: E402

HIDDEN = "namespace dw {\nnamespace {\n\n%s\n\n}  // namespace\n\n%s\n}  // namespace dw\n"


class Groups(unittest.TestCase):
    def groups(self, files):
        """The groups' files by name, of a tree of {path: text}."""
        with tempfile.TemporaryDirectory() as root:
            paths = [pathlib.Path(root) / path for path in files]
            for path, text in zip(paths, files.values()):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return [[str(pathlib.Path(file.path).relative_to(root)) for file in group.files]
                    for group in unity.groups_of([str(path) for path in paths])]

    def assert_apart(self, one, other):
        self.assertEqual(self.groups({"a.cc": one, "b.cc": other}), [["a.cc"], ["b.cc"]])

    def assert_together(self, one, other):
        self.assertEqual(self.groups({"a.cc": one, "b.cc": other}), [["a.cc", "b.cc"]])

    def test_neighbours_are_together(self):
        self.assert_together(HIDDEN % ("void list() {}", ""), HIDDEN % ("void show() {}", ""))

    def test_a_hidden_name_of_both_keeps_them_apart(self):
        for one in ("void list(int a) {}", "constexpr std::array<int, 2> list = {1, 2};",
                    "struct list {};", "template <class T>\nT list() {}", "int x = 1, list = 2;"):
            self.assert_apart(HIDDEN % (one, ""), HIDDEN % ("struct list {\n};", ""))

    def test_a_parameter_that_would_hide_a_constant_keeps_them_apart(self):
        constant = HIDDEN % ("constexpr size_t bytes_max = 3;", "")
        self.assert_apart(constant, HIDDEN % ("", "void a(size_t bytes_max) {}"))
        self.assert_apart(constant, HIDDEN % ("", "void a() { auto [bytes_max, b] = c(); }"))

    def test_a_value_that_hides_a_function_keeps_nothing_apart(self):
        function = HIDDEN % ("int count(int a) { return a; }", "")
        self.assert_together(function, HIDDEN % ("", "void a(int count) {}"))
        self.assert_together(function, HIDDEN % ("", "void a() { auto [count, b] = c(); }"))
        self.assert_apart(function, HIDDEN % ("", "int count(long a) { return a; }"))
        self.assert_apart(function, HIDDEN % ("constexpr int count = 3;", ""))

    def test_a_type_of_a_header_keeps_apart_what_includes_it(self):
        self.assert_apart(HIDDEN % ("struct Clock {\n};", ""), '#include "engine/inbox.h"\n')
        self.assert_together(HIDDEN % ("struct Cluck {\n};", ""), '#include "engine/inbox.h"\n')

    def test_a_name_that_is_only_used_keeps_nothing_apart(self):
        constant = HIDDEN % ("constexpr size_t bytes_max = 3;", "")
        self.assert_together(constant, HIDDEN % ("", "int a() { return x.bytes_max; }"))
        self.assert_together(constant, HIDDEN % ("", "// size_t bytes_max = 3;"))

    def test_the_same_alias_of_both_does_no_harm(self):
        alias = HIDDEN % ("namespace beast = boost::beast;", "")
        self.assert_together(alias, alias)
        self.assert_apart(alias, HIDDEN % ("namespace beast = other;", ""))

    def test_two_tests_of_one_name_are_apart_and_others_are_not(self):
        def test(name):
            return HIDDEN % (f"TEST(Intake, {name}) {{\n}}", "")
        self.assert_apart(test("is_full"), test("is_full"))
        self.assert_together(test("is_full"), test("is_empty"))

    def test_a_macro_of_both_keeps_them_apart(self):
        self.assert_apart("#define SHOWN 1\n", "#define SHOWN 2\n")

    def test_a_group_has_its_limits(self):
        many = {f"{i:02}.cc": "" for i in range(unity.FILES_MAX + 1)}
        self.assertEqual([len(group) for group in self.groups(many)], [unity.FILES_MAX, 1])
        long = "\n" * unity.LINES_MAX
        self.assert_apart(long, "\n")

    def test_what_is_apart_changes_no_other_group(self):
        with tempfile.TemporaryDirectory() as root:
            paths = [str(pathlib.Path(root) / name) for name in ("a.cc", "new_b.cc", "c.cc")]
            for path in paths:
                pathlib.Path(path).write_text("")
            groups = unity.groups_apart("new_", paths)
            self.assertEqual([[file.path for file in group.files] for group in groups],
                             [[paths[0], paths[2]], [paths[1]]])

    def test_neighbours_go_before_strangers(self):
        files = {"a/1.cc": "", "b/1.cc": "\n" * 700, "b/2.cc": "\n" * 500, "c/1.cc": "\n"}
        self.assertEqual(self.groups(files), [["a/1.cc", "b/1.cc", "b/2.cc", "c/1.cc"]])


if __name__ == "__main__":
    unittest.main()
