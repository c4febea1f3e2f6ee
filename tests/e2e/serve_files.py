#!/usr/bin/env python3
"""A web server for tests, of the folder it is started in.

    serve_files.py LOG [MODE]

Prints its port, and appends a line for every request to LOG. MODE: `ranges`
(the default) knows ranges; `plain` does not; `breaks` cuts the connection after
50000 bytes of each answer; `dies` does that once and then answers 503."""
import functools
import http.server
import os
import re
import sys

CUT = 50000


class Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments, log, mode, **rest):
        self.log, self.mode = log, mode
        super().__init__(*arguments, **rest)

    def log_message(self, format, *arguments):
        pass

    def note(self):
        with open(self.log, "a", encoding="utf-8") as file:
            print(self.command, self.path, self.headers.get("Range", "-"), file=file)

    def do_HEAD(self):
        self.note()
        super().do_HEAD()

    def do_GET(self):
        self.note()
        if self.mode == "plain":
            super().do_GET()
            return
        path = self.translate_path(self.path)
        if not os.path.isfile(path):
            self.send_error(404)
            return
        if self.mode == "dies" and os.path.exists(self.log + ".died"):
            self.send_error(503)
            return
        with open(path, "rb") as file:
            data = file.read()
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted.group(1)) if wanted else 0
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        whole = self.mode == "ranges" or len(data) - start <= CUT
        self.wfile.write(data[start:] if whole else data[start:start + CUT])
        if self.mode == "dies" and not whole:
            open(self.log + ".died", "w").close()


def main():
    log = os.path.abspath(sys.argv[1])
    mode = sys.argv[2] if len(sys.argv) > 2 else "ranges"
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, log=log, mode=mode))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
