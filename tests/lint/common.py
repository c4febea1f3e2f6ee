"""What the lints share: the files of a tree, and reporting in TAP."""
import os
import subprocess
import sys


def tree_root():
    """The tree to look at: the first argument, or the one this file is in."""
    if len(sys.argv) > 1:
        return os.path.abspath(sys.argv[1])
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def tree_files(root):
    """Paths, relative to root, of the files that belong to the project: those
    that git knows or would take; without git, all outside of build folders."""
    if os.path.exists(os.path.join(root, ".git")):
        listing = subprocess.check_output(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached",
             "--others", "--exclude-standard"])
        paths = [os.fsdecode(p) for p in listing.split(b"\0") if p]
    else:
        paths = []
        for folder, folders, names in os.walk(root):
            folders[:] = [f for f in folders if not f.startswith(("build", ".git", "__"))]
            paths += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(p for p in set(paths) if os.path.isfile(os.path.join(root, p)))


def read_text(root, path):
    """The text of a file, or None where it is not text."""
    with open(os.path.join(root, path), "rb") as file:
        data = file.read()
    try:
        return None if b"\0" in data else data.decode("utf-8")
    except UnicodeDecodeError:
        return None


class Tap:
    """Test points; each has a list of complaints, empty when all is well."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def point(self, name, complaints):
        self.count += 1
        if not complaints:
            print(f"ok {self.count} - {name}")
            return
        self.failed += 1
        print(f"not ok {self.count} - {name}")
        for complaint in complaints:
            print(f"# {complaint}")

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def done(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)
