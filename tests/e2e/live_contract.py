#!/usr/bin/env python3
"""Answers of a real server, every line of NDJSON and SSE included, against api/dispatch.yaml by ajv.
The client is tools/npm/client.js, written from docs/protocol.md alone."""
import os
import re
import subprocess

from kit import TOP, Server, environment, keep, run_all


def live(scratch):
    server = keep(scratch, Server(scratch, residents=120)).start()
    env = dict(environment(), NODE_PATH=os.path.join(TOP, "tools/npm/node_modules"))
    done = subprocess.run([os.path.join(TOP, "tests/contract/live.sh"), server.url,
                           server.enrol_code("worker-demo"), server.token],
                          capture_output=True, text=True, env=env, timeout=240)
    print(done.stdout[-3000:])
    match = re.findall(r"^(\d+) passed, (\d+) failed", done.stdout, re.M)
    assert done.returncode == 0 and match and match[-1][1] == "0", done.stderr[-2000:]


run_all([("a real server keeps the contract", live)])
