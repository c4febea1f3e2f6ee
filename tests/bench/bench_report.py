"""Tables of the benchmarks: aligned text, and Markdown put into a document."""
import datetime
import os
import platform


def machine(threads):
    """One line about this computer."""
    name = platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    flags = [word for word in ("avx512f", "avx2", "asimd") if word in cpu_flags()]
    return (f"{datetime.date.today()}, {name} ({flags[0] if flags else 'no vector flags known'}), "
            f"{os.cpu_count()} CPUs, {threads} threads on both sides")


def rounds(count):
    return "one round" if count == 1 else f"{count} rounds"


def cpu_flags():
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        for line in cpuinfo:
            if line.startswith(("flags", "Features")):
                return line.split(":", 1)[1].split()
    return []


def aligned(rows):
    """Rows of texts as lines; the first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
                     for row in rows)


def markdown(rows, note):
    head, *body = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|---|" + "---:|" * (len(rows[0]) - 1)
    return "\n".join([note, "", head, rule] + body) + "\n"


def put_into(path, name, text):
    """Replace what stands between the lines `<!-- NAME begin -->` and `<!-- NAME end -->`."""
    begin, end = f"<!-- {name} begin -->\n", f"<!-- {name} end -->"
    with open(path, encoding="utf-8") as file:
        document = file.read()
    if document.count(begin) != 1 or document.count(end) != 1:
        raise SystemExit(f"{path}: one pair of lines {begin.strip()} and {end} is needed")
    before, rest = document.split(begin)
    after = rest.split(end)[1]
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + begin + text + end + after)
