"""The peer of E6: a git repository of signed commits, one small file changed in each.

git signs with Ed25519 when gpg.format is ssh. Ten thousand runs of ssh-keygen would take longer
than all that is measured, and git fast-import of Debian 12 knows no signatures, so the commits and
their pack are made here, with the libsodium that gridward is built on. That they are what git
itself would have written is what git fsck --strict and ssh-keygen say when they are measured."""
import base64
import ctypes
import ctypes.util
import hashlib
import os
import struct
import subprocess
import time
import zlib

from common import Skip, need

COMMIT, TREE, BLOB = 1, 2, 3  # types in a pack
NAMES = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob"}
WHO = "Wang Fang <w@example.org>"


def field(data):
    return struct.pack(">I", len(data)) + data


HEAD = field(b"git") + field(b"") + field(b"sha512")


def signed_text(message):
    return b"SSHSIG" + HEAD + field(hashlib.sha512(message).digest())


class Signer:
    """An ssh key whose signatures are those of `ssh-keygen -Y sign -n git`."""

    def __init__(self):
        library = ctypes.util.find_library("sodium")
        if not library:
            raise Skip("libsodium23")
        self.sodium = ctypes.CDLL(library)
        if self.sodium.sodium_init() < 0:
            raise AssertionError("libsodium does not start")
        public, self.secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(64)
        self.sodium.crypto_sign_seed_keypair(public, self.secret, bytes(range(32)))
        self.raw, self.public = public.raw, field(b"ssh-ed25519") + field(public.raw)
        self.signed = []

    def sign(self, message):
        text, sig = signed_text(message), ctypes.create_string_buffer(64)
        self.sodium.crypto_sign_detached(sig, None, text, ctypes.c_ulonglong(len(text)),
                                         self.secret)
        self.signed.append((message, sig.raw))
        blob = (b"SSHSIG" + struct.pack(">I", 1) + field(self.public) + HEAD
                + field(field(b"ssh-ed25519") + field(sig.raw)))
        text = base64.b64encode(blob)
        lines = [text[i:i + 70] for i in range(0, len(text), 70)]
        return [b"-----BEGIN SSH SIGNATURE-----", *lines, b"-----END SSH SIGNATURE-----"]

    def check_all(self):
        for message, sig in self.signed:
            text = signed_text(message)
            if self.sodium.crypto_sign_verify_detached(sig, text, ctypes.c_ulonglong(len(text)),
                                                       self.raw) != 0:
                raise AssertionError("a signature of the peer is wrong")


class Pack:
    """Whole objects, one behind the other; git makes its deltas when it collects."""

    def __init__(self):
        self.parts, self.count = [], 0

    def add(self, kind, data):
        """Gives the object's hash."""
        size, first = len(data) >> 4, kind << 4 | len(data) & 15
        head = bytearray()
        while size:
            head.append(first | 128)
            first, size = size & 127, size >> 7
        head.append(first)
        self.parts.append(bytes(head) + zlib.compress(data, 1))
        self.count += 1
        return hashlib.sha1(NAMES[kind] + b" %d\0" % len(data) + data)

    def bytes(self):
        data = b"PACK" + struct.pack(">II", 2, self.count) + b"".join(self.parts)
        return data + hashlib.sha1(data).digest()


def content(i):
    """About as many bytes as a record of ours."""
    digest = hashlib.sha256(b"%d" % i).hexdigest()
    return (f"objection {i // 2 + 1}\nreceived on 2026-08-03\nwritten down by u{i % 4}\n"
            f"attachment {digest}\n{'the voter asks to be put on the list of his village' * 6}\n")


def fill(pack, signer, commits):
    """Gives the hash of the last commit."""
    parent = None
    for i in range(1, commits + 1):
        blob = pack.add(BLOB, content(i).encode())
        tree = pack.add(TREE, b"100644 record\0" + blob.digest())
        time = 1600000000 + i * 60
        head = f"tree {tree.hexdigest()}\n" + (f"parent {parent}\n" if parent else "")
        head = (head + f"author {WHO} {time} +0800\ncommitter {WHO} {time} +0800\n").encode()
        text = f"\nrecord number {i}\n".encode()
        sig = b"gpgsig " + b"\n ".join(signer.sign(head + text)) + b"\n"
        parent = pack.add(COMMIT, head + sig + text).hexdigest()
    return parent


class SignedRepository:
    """As one in use: packed well, with a commit graph; owned by nobody when bench is root."""

    def __init__(self, bench, commits):
        self.git = need("git", "git")
        need("ssh-keygen", "openssh-client")
        self.who = bench.become()
        self.path = bench.peer_dir(f"signed{commits}")
        self.env = {"PATH": os.environ["PATH"], "HOME": self.path, "LANG": "C.UTF-8",
                    "GIT_CONFIG_NOSYSTEM": "1"}
        self.signer, pack = Signer(), Pack()
        last = fill(pack, self.signer, commits)
        self.do("init", "-q", "-b", "main")
        self.do("index-pack", "--stdin", feed=pack.bytes())
        self.do("update-ref", "refs/heads/main", last)
        self.do("gc", "--quiet")
        known = os.path.join(self.path, ".git", "signers")
        with open(known, "w") as out:
            out.write(f"w@example.org ssh-ed25519 {base64.b64encode(self.signer.public).decode()}\n")
        os.chmod(known, 0o644)
        self.do("config", "gpg.format", "ssh")
        self.do("config", "gpg.ssh.allowedSignersFile", known)
        self.fsck = self.argv("fsck", "--full", "--strict", "--no-progress")

    def argv(self, *words):
        return [self.git, "-C", self.path, *words]

    def do(self, *words, feed=b""):
        done = subprocess.run(self.argv(*words), input=feed, capture_output=True, env=self.env,
                              check=False, **self.who)
        if done.returncode != 0:
            raise AssertionError(f"git {words[0]}: {done.stderr.decode()[-300:]}")
        return done.stdout.decode()

    def check_alone(self):
        """Milliseconds of CPU for all signatures without a process each: no git does that; it tells
        the price of signatures from that of starting ssh-keygen."""
        start = time.process_time()
        self.signer.check_all()
        return (time.process_time() - start) * 1e3
