#!/usr/bin/env python3
"""Type lines into an interactive shell, a Tab behind each, and print what the
shell has made of them. Usage: complete_keys.py bash|zsh SCRIPT LINE..."""
import os
import pty
import select
import sys
import time

LIMIT = 20  # seconds that a shell may take for a line

SETUP = {
    "bash": "bind 'set enable-bracketed-paste off'; bind 'set completion-query-items 0'; "
            "bind 'set page-completions off'; source '{script}'; PS1='' PS2=''; stty -echo",
    # -u: the folder of the script may belong to anybody here.
    "zsh": "unsetopt zle_bracketed_paste; PS1=''; fpath=('{folder}' $fpath); "
           "autoload -Uz compinit; compinit -u -d '{dump}'; setopt no_list_beep; stty -echo",
}
COMMAND = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}


class Shell:
    def __init__(self, command):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", COLUMNS="200")
            os.execvp(command[0], command)
        self.seen = ""

    def send(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, mark):
        """All that came before the mark; what comes behind it is kept."""
        end = time.monotonic() + LIMIT
        while mark not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.terminal], [], [], left)[0]:
                sys.exit(f"no answer within {LIMIT} s; so far: {self.seen!r}")
            self.seen += os.read(self.terminal, 4096).decode(errors="replace")
        before, self.seen = self.seen.split(mark, 1)
        return before


def main():
    name, script, lines = sys.argv[1], os.path.abspath(sys.argv[2]), sys.argv[3:]
    shell = Shell(COMMAND[name])
    places = {"script": script, "folder": os.path.dirname(script),
              "dump": os.path.join(os.getcwd(), "zcompdump")}
    shell.send(SETUP[name].format(**places) + "; echo ready-$((1 + 1))\n")
    shell.read_until("ready-2")
    for number, line in enumerate(lines):
        # Complete, then make the line an argument of echo: Home, End, Enter.
        shell.send(f"{line}\t\x01echo begin-$((1 + 1)) \"\x05\" end-$((2 + {number}))\n")
        shell.read_until("begin-2 ")
        print(shell.read_until(f" end-{number + 2}").strip())
    shell.send("exit\n")
    os.waitpid(shell.pid, 0)


if __name__ == "__main__":
    main()
