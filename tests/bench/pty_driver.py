"""A program on a pseudo-terminal, driven key by key: what it writes, when, and what it costs."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

ROWS, COLS = 60, 200


class Terminal:
    def __init__(self, argv, env, cwd=None, become=None):
        """become: (uid, gid) of the child, None = as we are."""
        size = struct.pack("HHHH", ROWS, COLS, 0, 0)
        self.start = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.chdir(cwd or "/")
                if become:
                    os.setgroups([])
                    os.setgid(become[1])
                    os.setuid(become[0])
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)
        os.set_blocking(self.fd, False)
        self.text = b""
        self.open = True

    def read(self, timeout):
        """What came within timeout seconds, b"" = nothing."""
        if not select.select([self.fd], [], [], timeout)[0]:
            return b""
        try:
            got = os.read(self.fd, 1 << 16)
        except OSError:
            got = b""
        self.open = self.open and bool(got)
        self.text += got
        return got

    def until_bytes(self, count, bound):
        """Seconds from the start until that many bytes were written."""
        while len(self.text) < count and self.open and time.monotonic() - self.start < bound:
            self.read(0.5)
        if len(self.text) < count:
            raise AssertionError(f"only {len(self.text)} bytes on the terminal: {self.text[-300:]}")
        return time.monotonic() - self.start

    def until(self, pattern, bound, since=0):
        end = time.monotonic() + bound
        while not re.search(pattern, self.text[since:]):
            if not self.open or time.monotonic() > end:
                raise AssertionError(f"never on the terminal: {pattern}: {self.text[-300:]}")
            self.read(0.2)

    def quiet(self, seconds, bound):
        """Until nothing came for that long."""
        end = time.monotonic() + bound
        while self.read(seconds) and time.monotonic() < end:
            pass

    def press(self, key, settle, bound=5.0):
        """One key: (bytes it made, seconds to its first and to its last byte). No byte at all within
        the bound: (0, None, None)."""
        while self.read(0):
            pass
        pressed = time.monotonic()
        os.write(self.fd, key)
        count = len(self.read(bound))
        if count == 0:
            return 0, None, None
        first = last = time.monotonic()
        while True:
            got = self.read(settle)
            if not got:
                return count, first - pressed, last - pressed
            last = time.monotonic()
            count += len(got)

    def rss_kb(self, which="VmRSS"):
        with open(f"/proc/{self.pid}/status") as status:
            return int(re.search(which + r":\s+(\d+)", status.read()).group(1))

    def end(self, sig=signal.SIGTERM):
        """Ends it and reads what it still writes; its exit status."""
        try:
            os.kill(self.pid, sig)
        except ProcessLookupError:
            pass
        end = time.monotonic() + 30
        pid = 0
        while pid == 0 and time.monotonic() < end:
            if self.open:
                self.read(0.05)
            else:
                time.sleep(0.01)
            pid, _ = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
