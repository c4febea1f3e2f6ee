# Reads what a TAP program printed and prints one line a test point: "ok",
# "skip" or "failed", a tab, and the point's text. Set rc to the program's exit
# status. What should have been there but is not counts as failed: points that
# the plan promised, the plan itself, an exit status of 0.

function report(kind, text)
{
    print kind "\t" text
    count[kind]++
}

/^1\.\.[0-9]+/ {
    planned = substr($1, 4) + 0
    have_plan = 1
    if (planned == 0) {
        reason = $0
        sub(/^1\.\.0 *#? */, "", reason)
        report("skip", "all # " (reason == "" ? "SKIP" : reason))
    }
    next
}

/^(not )?ok([ \t]|$)/ {
    points++
    bad = /^not ok/
    text = $0
    sub(/^(not )?ok[ \t]*[0-9]*[ \t]*(-[ \t]*)?/, "", text)
    if (match(text, /^#[ \t]*[Ss][Kk][Ii][Pp][ \t]*/)) {
        report("skip", substr(text, RLENGTH + 1) " # SKIP") # cmocka: "not ok 3 # SKIP name"
    } else if (match(text, /#[ \t]*[Ss][Kk][Ii][Pp]/)) {
        report("skip", text)
    } else {
        report(bad ? "failed" : "ok", text)
    }
    next
}

/^Bail out!/ {
    report("failed", $0)
}

END {
    if (!have_plan) {
        report("failed", "ended without a plan, exit status " rc)
    } else if (planned != points) {
        missing = planned > points ? planned - points : 1
        for (i = 0; i < missing; i++) {
            report("failed", "ran " points + 0 " of " planned " tests, exit status " rc)
        }
    }
    if (rc != 0 && !count["failed"]) {
        report("failed", "exit status " rc)
    }
}
