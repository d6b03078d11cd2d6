"""Who takes part: how each is started on a free port, watched and stopped."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
BUILT = ROOT / "build" / "bench"

CONTESTANTS = {
    "deskwire": "Deskwire, durable on SQLite",
    "bound": "the same server without its store",
    "flask": "Flask, gunicorn with 2 workers, boto3",
    "fastify": "Fastify, @aws-sdk/client-sqs",
}
START_SECONDS_MAX = 30


class Missing(Exception):
    """A contestant that this machine can't run; the message says what to install."""


class Server:
    """A started contestant: its processes, and where it takes requests."""

    def __init__(self, program, address):
        self.program = program
        self.address = address

    def family(self):
        """The program and its children, as ids; gunicorn's workers are children."""
        found = [self.program.pid]
        for parent in found:
            listed = pathlib.Path(f"/proc/{parent}/task/{parent}/children")
            if listed.exists():
                found += [int(child) for child in listed.read_text().split()]
        return found

    def resident_mib(self):
        kib = 0
        for one in self.family():
            for line in pathlib.Path(f"/proc/{one}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    kib += int(line.split()[1])
        return kib / 1024

    def cpu_seconds(self):
        ticks = 0
        for one in self.family():
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def compiled(name):
    """The program of one of this folder's .cc files, built anew when a source is newer."""
    BUILT.mkdir(parents=True, exist_ok=True)
    program = BUILT / name
    newest = max(path.stat().st_mtime for path in (HERE / f"{name}.cc", HERE / "http_text.h"))
    if not program.exists() or program.stat().st_mtime < newest:
        subprocess.run(["g++", "-std=c++20", "-O2", HERE / f"{name}.cc", "-lcrypto", "-o", program],
                       check=True)
    return str(program)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_open(program, port):
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until:
        if program.poll() is not None:
            raise RuntimeError(f"{program.args[0]} ended at its start with {program.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{program.args[0]} does not listen after {START_SECONDS_MAX} s")


@contextlib.contextmanager
def started(command, **options):
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    try:
        yield program
    finally:
        program.terminate()
        try:
            program.wait(timeout=20)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


@contextlib.contextmanager
def stub_queue():
    with started([compiled("stub_queue"), "0"], stdout=subprocess.PIPE, text=True) as program:
        port = program.stdout.readline().split()[1]
        yield f"http://127.0.0.1:{port}"


def configuration(folder, port, secret):
    file = folder / "deskwire.toml"
    file.write_text(f'[server]\nlisten = "127.0.0.1:{port}"\n'
                    f'[store]\nurl = "sqlite:{folder}/deskwire.db"\n'
                    f'[log]\nlevel = "warn"\n[teams.it]\nsecret = "{secret}"\n')
    return file


@contextlib.contextmanager
def deskwire(binary, secret, folder):
    if not binary.exists():
        raise Missing(f"{binary} is not built: make build")
    port = free_port()
    command = [binary, "serve", "--config", configuration(folder, port, secret)]
    with started(command, cwd=folder, stdout=subprocess.DEVNULL) as program:
        wait_until_open(program, port)
        yield Server(program, (port, "/hooks/teams/it"))


@contextlib.contextmanager
def flask(secret):
    gunicorn = "/usr/bin/gunicorn"
    if not pathlib.Path(gunicorn).exists():
        raise Missing("apt-get install gunicorn python3-flask python3-boto3")
    port = free_port()
    with stub_queue() as endpoint:
        own = {"QUEUE_ENDPOINT": endpoint, "TEAMS_SECRET": secret, "PATH": "/usr/bin:/bin",
               "AWS_EC2_METADATA_DISABLED": "true", "PYTHONDONTWRITEBYTECODE": "1"}
        # Threads keep connections alive, which the default worker does not; 4 measured best.
        command = ["/usr/bin/python3", gunicorn, "--workers", "2", "--threads", "4",
                   "--bind", f"127.0.0.1:{port}", "--log-level", "error", "--worker-tmp-dir",
                   "/dev/shm", "flask_intake:app"]
        with started(command, cwd=HERE / "rivals", env=own) as program:
            wait_until_open(program, port)
            time.sleep(2)  # its workers load boto3 behind an open port
            yield Server(program, (port, "/hooks/teams/it"))


@contextlib.contextmanager
def fastify(secret):
    node = shutil.which("node")
    if node is None:
        raise Missing("apt-get install nodejs npm")
    if not (HERE / "node_modules/fastify").exists():
        raise Missing("cd tests/bench/intake && npm ci")
    port = free_port()
    with stub_queue() as endpoint:
        own = {**os.environ, "QUEUE_ENDPOINT": endpoint, "TEAMS_SECRET": secret, "PORT": str(port),
               "NODE_ENV": "production"}
        command = [node, HERE / "rivals/fastify_intake.mjs"]
        with started(command, env=own, stdout=subprocess.DEVNULL) as program:
            wait_until_open(program, port)
            yield Server(program, (port, "/hooks/teams/it"))


def running(name, options, secret, folder):
    if name == "deskwire":
        return deskwire(options.binary, secret, folder)
    if name == "bound":
        return deskwire(options.bound, secret, folder)
    if name == "flask":
        return flask(secret)
    if name == "fastify":
        return fastify(secret)
    raise Missing(f"nobody is called {name}; there are {', '.join(CONTESTANTS)}")
