#!/usr/bin/env python3
"""What ./test asks make for: each of its steps, once and in its order."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Notes what it was asked for; a step called $BROKEN fails.
MAKE = r"""#!/bin/sh
for target; do
  case $target in -*) ;; *) echo "$target" >>"$ASKED" ;; esac
  [ "$target" != "$BROKEN" ] || { printf 'error: |-\n  the defect of %s\n' "$target"; exit 1; }
done
"""


class Steps(unittest.TestCase):
    def run_script(self, *wanted, broken=""):
        """Its exit code, and what it asked make for, sorted by who asked: steps, builds beside."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copy(ROOT / "test", root / "test")
            (root / "tools").mkdir()
            for name, text in (("tools/install.sh", "#!/bin/sh\n"), ("make", MAKE)):
                (root / name).write_text(text)
                (root / name).chmod(0o755)
            asked = root / "asked"
            asked.touch()
            environment = {**os.environ, "PATH": f"{root}:{os.environ['PATH']}",
                           "ASKED": str(asked), "BROKEN": broken}
            ran = subprocess.run([root / "test", *wanted], env=environment, capture_output=True,
                                 text=True, check=False)
            targets = asked.read_text().split()
        self.shown = ran.stdout
        beside = [one for one in targets if one.endswith("-build")]
        return ran.returncode, [one for one in targets if one not in beside], sorted(beside)

    def named_steps(self):
        listed = subprocess.run([ROOT / "test", "--list"], capture_output=True, text=True,
                                check=True)
        return [line.split(" ")[0] for line in listed.stdout.splitlines()]

    def test_each_step_runs_once_and_in_its_order(self):
        code, ran, beside = self.run_script()
        self.assertEqual(ran, self.named_steps())
        self.assertEqual(beside, ["asan-build", "tsan-build"])
        self.assertEqual(code, 0)

    def test_some_steps_run_alone(self):
        self.assertEqual(self.run_script("e2e", "tidy"), (0, ["tidy", "e2e"], []))
        self.assertEqual(self.run_script("e2e", "asan"), (0, ["e2e", "asan"], ["asan-build"]))

    def test_a_step_that_fails_fails_the_whole_and_stops_nothing(self):
        code, ran, _ = self.run_script(broken="e2e")
        self.assertEqual(ran, self.named_steps())
        self.assertEqual(code, 1)
        end = self.shown[self.shown.index("Failed: e2e"):]
        self.assertIn("   e2e: error: |-\n   e2e:   the defect of e2e\n", end)


if __name__ == "__main__":
    unittest.main()
