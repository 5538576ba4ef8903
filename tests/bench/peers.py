"""The peers: servers on loopback in scratch folders, as nobody when bench is root, ended with
Bench.end(); a repository for tig; PouchDB for the rows of B1."""
import glob
import os
import re
import shutil
import signal
import subprocess

import kit
from common import HERE, Skip, free_port, need, port_open, program, run_json


def need_program(name, package):
    if not os.path.exists(program(name)):
        raise Skip(package)
    return program(name)


class Service:
    """A process of a peer. run() measures: events at a rate through the peer's own program."""
    name, stop = "", signal.SIGTERM

    def start(self, bench, argv, over=None, **more):
        """over: a folder of the system in whose place it is to see a scratch folder."""
        self.bench = bench
        who = bench.become()
        if over and who and os.path.isdir(over):
            argv, who = instead_of(over, bench.peer_dir(self.name + ".state"), argv, who), {}
        self.proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, **more, **who)
        bench.closing.append(self)
        kit.wait_for(f"{self.name} listens", lambda: self.alive() and port_open(self.port), 20)

    def alive(self):
        if self.proc.poll() is not None:
            raise AssertionError(f"{self.name} ended with status {self.proc.returncode}")
        return True

    def run(self, rate, count):
        return run_json([self.client, *self.where, str(rate), str(count)], self.bench.nobody)

    def end(self):
        self.proc.send_signal(self.stop)
        try:
            self.proc.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()


def instead_of(there, scratch, argv, who):
    """In a mount namespace of its own, so that nothing is written into the system's folder: nchan
    wants the one that was built in, whatever nginx.conf says."""
    return ["unshare", "--mount", "sh", "-c",
            'mount --bind "$1" "$2" && shift 2 && exec setpriv "$@"', "sh", scratch, there,
            f"--reuid={who['user']}", f"--regid={who['group']}", "--clear-groups", *argv]


def write(path, text):
    with open(path, "w") as out:
        out.write(text)
    os.chmod(path, 0o644)


class Mosquitto(Service):
    name = "mosquitto"

    def __init__(self, bench):
        binary = need("mosquitto", "mosquitto")
        self.client = need_program("peer_mqtt", "libmosquitto-dev")
        folder, self.port = bench.peer_dir("mosquitto"), free_port()
        conf = os.path.join(folder, "mosquitto.conf")
        write(conf, f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                    "max_queued_messages 0\nset_tcp_nodelay true\n")
        self.where = [str(self.port), os.path.join(folder, "peer.db")]
        self.start(bench, [binary, "-c", conf])


class Postgres(Service):
    """A cluster of its own. Settings as they come, so fsync and synchronous_commit are on."""
    name, stop = "PostgreSQL", signal.SIGINT  # a fast shutdown

    def __init__(self, bench):
        initdb = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=version)[-1:]
        if not initdb:
            raise Skip("postgresql")
        self.client = need_program("peer_pg", "libpq-dev")
        folder, self.port = bench.peer_dir("postgresql"), free_port()
        data, env = os.path.join(folder, "data"), {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        done = subprocess.run([initdb[0], "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8",
                               "--locale=C"], capture_output=True, text=True, timeout=120,
                              cwd=folder, env=env, check=False, **bench.become())
        if done.returncode != 0:
            raise AssertionError("initdb: " + done.stderr[-300:])
        self.where = [f"host=127.0.0.1 port={self.port} user=bench dbname=postgres"]
        self.start(bench, [os.path.join(os.path.dirname(initdb[0]), "postgres"), "-D", data, "-p",
                           str(self.port), "-c", "listen_addresses=127.0.0.1",
                           "-c", f"unix_socket_directories={folder}"], cwd=folder, env=env)
        kit.wait_for("PostgreSQL answers", self.answers, 20)

    def answers(self):
        try:
            return self.run(1000, 2)
        except AssertionError:  # still starting
            return None


def version(path):
    word = path.split("/")[4]
    return int(word) if word.isdigit() else 0


class Nchan(Service):
    name = "nchan"
    MODULES = ("/usr/lib/nginx/modules", "/usr/lib64/nginx/modules")

    def __init__(self, bench):
        module = [f"{d}/ngx_nchan_module.so" for d in self.MODULES]
        module = [path for path in module if os.path.exists(path)]
        if not module:
            raise Skip("libnginx-mod-nchan")
        binary = need("nginx", "nginx")
        self.client = need_program("peer_nchan", "libsqlite3-dev")
        folder, self.port = bench.peer_dir("nchan"), free_port()
        conf = os.path.join(folder, "nginx.conf")
        temp = "".join(f"  {name}_temp_path {folder}/{name};\n"
                       for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        write(conf, f"load_module {module[0]};\ndaemon off;\nworker_processes 1;\n"
                    f"pid {folder}/pid;\nerror_log {folder}/error.log;\n"
                    "events { worker_connections 64; }\n"
                    f"http {{\n{temp}  access_log off;\n  keepalive_requests 1000000;\n"
                    f"  server {{\n    listen 127.0.0.1:{self.port};\n"
                    "    location = /pub { nchan_publisher; nchan_channel_id alarm; }\n"
                    "    location = /sub { nchan_subscriber eventsource; nchan_channel_id alarm;\n"
                    "      nchan_subscriber_first_message newest; }\n  }\n}\n")
        self.where = [str(self.port), os.path.join(folder, "peer.db")]
        self.start(bench, [binary, "-p", folder, "-c", conf, "-e", f"{folder}/error.log"],
                   over=state_folder(binary))


def state_folder(binary):
    """Where this nginx was built to keep its temporary files."""
    built = subprocess.run([binary, "-V"], capture_output=True, text=True, check=False).stderr
    found = re.search(r"--http-client-body-temp-path=(/\S+)/", built)
    return found.group(1) if found else None


def alarm_peers(bench):
    """Those durable peers of A1 that are installed; says which are not."""
    found = []
    for kind in (Mosquitto, Postgres, Nchan):
        try:
            found.append(bench.once(kind.name, lambda kind=kind: kind(bench)))
        except Skip as missing:
            print(f"    skipped: {missing}", flush=True)
        except (AssertionError, OSError) as trouble:  # the others are worth having
            print(f"    skipped: {kind.name}: {trouble}", flush=True)
    return found


# ---- tig
def repository(bench, commits):
    """A git repository of that many commits, made by fast-import, owned by nobody."""
    def make():
        need("tig", "tig")
        path = bench.peer_dir(f"repo{commits}")
        who = bench.become()
        env = {"PATH": os.environ["PATH"], "HOME": path, "LANG": "C.UTF-8"}
        subprocess.run(["git", "init", "-q", "-b", "main", path], check=True, env=env, **who)
        feed = subprocess.Popen(["git", "-C", path, "fast-import", "--quiet"], env=env,
                                stdin=subprocess.PIPE, **who)
        out = []
        for i in range(1, commits + 1):
            text = f"change number {i} of the work on the grid\n"
            out.append(f"commit refs/heads/main\nmark :{i}\ncommitter Wang Fang <w@example.org> "
                       f"{1600000000 + i * 60} +0800\ndata {len(text)}\n{text}"
                       + (f"from :{i - 1}\n" if i > 1 else ""))
        feed.communicate("".join(out).encode())
        if feed.returncode != 0:
            raise AssertionError("git fast-import failed")
        # as a repository that is in use: packed well, with a commit graph
        subprocess.run(["git", "-C", path, "gc", "--quiet"], check=True, env=env, **who)
        return path
    return bench.once(f"repository of {commits:,} commits", make)


def tig_command(bench, commits):
    path = repository(bench, commits)
    env = {"PATH": os.environ["PATH"], "HOME": path, "LC_ALL": "C.UTF-8",
           "TERM": "xterm-256color", "TIGRC_USER": "/dev/null"}
    return ["tig"], env, path, bench.nobody


# ---- PouchDB
def pouchdb(bench):
    """A function that loads so many rows of a file into a new PouchDB and gives its figures."""
    node = need("node", "nodejs")
    source = os.path.join(HERE, "peer_pouchdb")
    if not os.path.isdir(os.path.join(source, "node_modules", "pouchdb-core")):
        raise Skip("pouchdb")
    folder = bench.peer_dir("pouchdb")
    program_dir = os.path.join(folder, "program")  # nobody may not be able to read the source tree
    shutil.copytree(source, program_dir)

    def load(rows, count):
        store = os.path.join(folder, "store")
        try:
            return run_json([node, os.path.join(program_dir, "load.js"), rows, store, str(count)],
                            bench.nobody, timeout=300, cwd=folder,
                            env={"PATH": os.environ["PATH"], "HOME": folder})
        finally:
            shutil.rmtree(store, ignore_errors=True)
    return load
