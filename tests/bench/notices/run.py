#!/usr/bin/env python3
"""Makes the report and times all contestants: see README.md."""
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta

HERE = os.path.dirname(os.path.abspath(__file__))
BINARY = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else
                         os.path.join(HERE, "../../../build/deskwire"))
PYTHON = "/usr/bin/python3"  # the one that Debian's packages are for
ROWS = int(os.environ.get("ROWS", "1000000"))
TIMES = int(os.environ.get("TIMES", "3"))


def make_report(path):
    rng = random.Random(1)
    days = [(date.today() - timedelta(days=i)).strftime("%d/%m/%Y") for i in range(500)]
    with open(path, "w", encoding="utf-8") as out:
        out.write("Firstname,Lastname,Email,Ticket,Status,Date\n")
        for i in range(ROWS):
            who = rng.randrange(ROWS // 10)
            status = "Closed" if rng.random() < 0.8 else "Open"
            out.write(f"First{who},Last{who},c{who}@customer{who % 97}.example,T{i},{status},"
                      f"{rng.choice(days)}\n")


def measure(command, cwd):
    """Seconds, peak MiB and the last line of one run."""
    start = time.monotonic()
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as child:
        tail = child.stdout.read()[-200:]
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)} failed with {child.returncode}; nothing is compared")
    lines = tail.decode(errors="replace").strip().splitlines()
    return time.monotonic() - start, usage.ru_maxrss / 1024, lines[-1] if lines else ""


def main():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as cwd:
        make_report(os.path.join(cwd, "report.csv"))
        with open(os.path.join(cwd, "deskwire.toml"), "w", encoding="utf-8") as out:
            out.write('[notices]\nfile = "report.csv"\n')
        contestants = {
            "deskwire preview": [BINARY, "notices", "preview"],
            "deskwire plan": [BINARY, "notices", "plan"],
            "python csv": [PYTHON, os.path.join(HERE, "rival_csv.py"), "report.csv"],
            "python pandas": [PYTHON, os.path.join(HERE, "rival_pandas.py"), "report.csv"],
        }
        print(f"| {ROWS} rows | seconds (best of {TIMES}) | peak MiB |\n|---|---|---|")
        for name, command in contestants.items():
            runs = [measure(command, cwd) for _ in range(TIMES)]
            best = min(run[0] for run in runs)
            peak = max(run[1] for run in runs)
            print(f"| {name} | {best:.2f} | {peak:.0f} |", flush=True)
            print(f"  {runs[0][2]}", file=sys.stderr)


if __name__ == "__main__":
    main()
