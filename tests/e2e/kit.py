"""Real processes for the end-to-end tests: a dispatch server, devices, consoles in tmux, the command
line. No sleeps for luck: everything waits for a condition, with a bound after which it fails and
shows what it saw."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(TOP, os.environ.get("E2E_BIN", "."))  # another build: sanitizers
GRIDWARD = os.path.join(BIN, "gridward")
DISPATCHD = os.path.join(BIN, "gridward-dispatchd")
BOUND = float(os.environ.get("E2E_BOUND", "20"))

# Protocol times are settings: no test waits for the real ones.
FAST = {
    "GRIDWARD_SYNC_BACKOFF_FLOOR": "20ms",
    "GRIDWARD_SYNC_BACKOFF_CEILING": "300ms",
    "GRIDWARD_SYNC_SILENCE": "2s",
    "GRIDWARD_SYNC_ALIVE": "500ms",
    "GRIDWARD_SYNC_REQUEST": "5s",
}


def environment(extra=None, lang="zh_CN"):
    keep = {k: v for k, v in os.environ.items()
            if k in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
    keep.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "LANGUAGE": lang,
                 "GRIDWARD_LOCALEDIR": os.path.join(TOP, "build", "locale")})
    if "E2E_BIN" in os.environ:  # those programs do not stand beside their rules
        keep["GRIDWARD_RULESDIR"] = os.path.join(TOP, "rules")
    keep.update(FAST)
    keep.update(extra or {})
    return keep


def wait_for(what, check, bound=None):
    """Calls check() until it gives something true; says what was missing when it never does."""
    until = time.monotonic() + (bound or BOUND)
    while True:
        got = check()
        if got:
            return got
        if time.monotonic() > until:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.01)


class Scratch:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="gridward-e2e.")

    def path(self, name):
        return os.path.join(self.dir, name)

    def end(self):
        shutil.rmtree(self.dir, ignore_errors=True)


class Server:
    """gridward-dispatchd over its own SQLite store."""

    def __init__(self, scratch, residents=60, seed=7, env=None):
        self.scratch = scratch
        self.env = environment(env)
        self.store = "sqlite:" + scratch.path("dispatch.db")
        self.port = 0
        self.proc = None
        self.rules = os.path.join(TOP, "rules")
        self.log = scratch.path("server.log")
        self.admin("init")
        self.community = json.loads(self.admin("demo-data", "--seed", str(seed), "--residents",
                                               str(residents), "--json"))
        self.token = self.admin("source", "add", "test").strip()

    def admin(self, *args, status=0):
        run = subprocess.run([DISPATCHD, *args, "--store", self.store], capture_output=True,
                             text=True, env=self.env, timeout=60)
        if run.returncode != status:
            raise AssertionError(f"{args}: exit {run.returncode}: {run.stderr}")
        return run.stdout

    def start(self):
        with open(self.log, "ab") as log:
            mark = log.tell()
            self.proc = subprocess.Popen(
                [DISPATCHD, "serve", "--store", self.store, "--listen", f"127.0.0.1:{self.port}",
                 "--rules", self.rules], stderr=log, stdout=log, env=self.env)

        def listening():
            if self.proc.poll() is not None:
                raise AssertionError("server ended: " + open(self.log).read()[-2000:])
            with open(self.log) as text:
                text.seek(mark)
                return re.search(r"listening on 127\.0\.0\.1:(\d+)", text.read())

        self.port = int(wait_for("the server listens", listening).group(1))
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def kill(self, sig=signal.SIGKILL):
        self.proc.send_signal(sig)
        self.proc.wait(timeout=20)

    def freeze(self):
        self.proc.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.proc.send_signal(signal.SIGCONT)

    def end(self):
        if self.proc and self.proc.poll() is None:
            self.proc.send_signal(signal.SIGCONT)
            self.kill(signal.SIGTERM)

    def enrol_code(self, user="worker-demo"):
        return self.admin("enroll-code", user).strip()

    def ingest(self, **event):
        event.setdefault("event_id", f"e-{time.monotonic_ns()}")
        request = urllib.request.Request(
            self.url + "/v1/ingest", data=json.dumps(event).encode(), method="POST",
            headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def serial(self, kind, path=None):
        """The serial of a device of that kind, in worker-demo's grid unless a path is given."""
        worker = next(u for u in self.community["users"] if u["id"] == "worker-demo")
        path = path or worker["paths"][0]
        return next(d["serial"] for d in self.community["devices"]
                    if d["kind"] == kind and d["path"] == path and d["resident_id"])


class Home:
    """One worker's laptop: a home folder and the command line."""

    def __init__(self, scratch, server, user="worker-demo", name="home", env=None):
        self.dir = scratch.path(name)
        self.server = server
        self.env = environment(env)
        self.run("enroll", server.url, server.enrol_code(user))

    def run(self, *args, status=0, lang=None):
        env = dict(self.env, LANGUAGE=lang) if lang else self.env
        done = subprocess.run([GRIDWARD, "--home", self.dir, *args], capture_output=True, text=True,
                              env=env, timeout=120, stdin=subprocess.DEVNULL)
        if status is not None and done.returncode != status:
            raise AssertionError(f"gridward {' '.join(args)}: exit {done.returncode}, expected "
                                 f"{status}: {done.stderr}{done.stdout[-500:]}")
        self.err = done.stderr
        self.code = done.returncode
        return done.stdout

    def json(self, *args, status=0):
        return json.loads(self.run(*args, "--json", status=status))


class Console:
    """The real console in a real terminal (tmux), fixed size."""
    count = 0

    def __init__(self, home, cols=80, rows=24, lang="zh_CN", env=None):
        Console.count += 1
        self.home = home
        self.sock = f"gridward-e2e-{os.getpid()}-{Console.count}"
        self.presses = 0
        environ = dict(home.env, LANGUAGE=lang, **(env or {}))
        pairs = [f"{k}={v}" for k, v in environ.items() if k not in ("TERM",)]
        self.tmux("-f", "/dev/null", "new-session", "-d", "-s", "c", "-x", str(cols), "-y", str(rows),
                  "env", "-i", "TERM=" + environ.get("TERM", "tmux-256color").replace("xterm", "tmux"), *pairs, GRIDWARD, "--home", home.dir)
        self.tmux("set-option", "-g", "escape-time", "0")
        self.tmux("set-option", "-g", "remain-on-exit", "on")
        self.pid = int(self.tmux("list-panes", "-t", "c", "-F", "#{pane_pid}").strip())

    def tmux(self, *args):
        done = subprocess.run(["tmux", "-u", "-L", self.sock, *args], capture_output=True, text=True,
                              env=dict(environment(), TERM="xterm-256color"), timeout=20)
        if done.returncode != 0:
            raise AssertionError(f"tmux {args[0]}: {done.stderr}")
        return done.stdout

    def screen(self):
        return self.tmux("capture-pane", "-p", "-t", "c")

    def press(self, *keys):
        self.presses += len(keys)
        self.tmux("send-keys", "-t", "c", *keys)

    def type(self, text):
        self.tmux("send-keys", "-t", "c", "-l", text)

    def wait(self, *texts, bound=None):
        """Waits until all the texts stand on the screen; the failure shows the screen."""
        seen = ""

        def there():
            nonlocal seen
            seen = self.screen()
            return all(re.search(t, seen) for t in texts)

        try:
            wait_for(texts, there, bound)
        except AssertionError:
            raise AssertionError(f"never on the screen: {texts}\n{seen}") from None
        return seen

    def alive(self):
        return self.tmux("list-panes", "-t", "c", "-F", "#{pane_dead}").strip() == "0"

    def end(self):
        subprocess.run(["tmux", "-L", self.sock, "kill-server"], capture_output=True, timeout=20,
                       check=False)


def run_all(tests):
    """Runs (name, function(scratch)) in order and prints the closing line."""
    passed = failed = 0
    only = sys.argv[1:]
    for name, test in tests:
        if only and not any(o in name for o in only):
            continue
        scratch = Scratch()
        start = time.monotonic()
        closing = []
        scratch.closing = closing
        try:
            test(scratch)
            passed += 1
            print(f"ok   {name} ({time.monotonic() - start:.1f} s)", flush=True)
        except Exception:  # every failure is a counted failure
            failed += 1
            print(f"FAIL {name}\n{traceback.format_exc()}", flush=True)
        finally:
            for thing in reversed(closing):
                try:
                    thing.end()
                except Exception:  # a broken end must not hide the failure
                    traceback.print_exc()
            scratch.end()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def keep(scratch, thing):
    """Ends the thing when the test is over."""
    scratch.closing.append(thing)
    return thing
