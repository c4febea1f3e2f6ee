# The curves of runs as a picture: a line for each, but one for runs that differ
# in their seed alone.
. "$CASES/train/small-pack.bash"
for seed in 1 2; do
    train_small plain-$seed --epochs 3 --seed $seed
done
train_small 'odd <&> name' --epochs 3 --lr 1e-3
train --compare --svg many.svg plain-1 plain-2 'odd <&> name' | head -n 1
xml() {
    /usr/bin/python3 -c '
import re, sys, xml.dom.minidom
picture = xml.dom.minidom.parse(sys.argv[1])
names = [t.firstChild.data for t in picture.getElementsByTagName("text")]
print([n for n in names if re.search("[a-z]{4}", n)])
lines = [p for p in picture.getElementsByTagName("path") if " l" in p.getAttribute("class")]
print(len(lines), "lines", len(picture.getElementsByTagName("circle")), "dots")
print(any(picture.toxml().count(w) for w in ("http://www.w3.org/1999/xlink", "href", "url(")))
' "$1"
}
xml many.svg
# The mean is the mean: of the last epoch, from the place of its dot.
/usr/bin/python3 - <<'EOF_PYTHON'
import csv, re
def last(run):
    return 100 * float(list(csv.DictReader(open(run + "/history.csv")))[-1]["val_accuracy_sample"])
text = open("many.svg").read()
ticks = [(float(y) - 4, float(v)) for y, v in
         re.findall(r'y="([\d.]+)" text-anchor="end">([\d.]+) %<', text)]
(y0, v0), (y1, v1) = ticks[0], ticks[-1]
for line, wanted in ((0, (last("plain-1") + last("plain-2")) / 2), (1, last("odd <&> name"))):
    y = float(re.findall(r'class="dot l%d" r="3" cx="[\d.]+" cy="([\d.]+)"' % line, text)[2])
    print(abs(v0 + (y - y0) * (v1 - v0) / (y1 - y0) - wanted) < 0.1)
EOF_PYTHON
train --compare --svg one.svg plain-1 >/dev/null
xml one.svg
wrong() {
    status=0
    train "$@" 2>&1 >/dev/null || status=$?
    echo "status $status"
}
cp one.svg before.svg
wrong --compare --svg one.svg plain-1
wrong --svg x.svg -o x small.h5
wrong --compare --svg absent/x.svg plain-1
cmp one.svg before.svg
train --compare -f --svg one.svg plain-1 plain-2 >/dev/null
cmp -s one.svg before.svg || echo 'replaced'
for i in 1 2 3 4 5 6 7 8 9; do
    cp -r plain-1 copy-$i
    echo "more = $i" >>copy-$i/options.txt
done
wrong --compare --svg x.svg copy-?
wrong --compare --svg x.svg copy-[1-8]
# A long run is a line without dots, but for what was measured once, between epochs that
# were not; below it stand round numbers.
awk -F, -v OFS=, 'NR == 1 { print; for (i = 1; i <= NF; i++) at[$i] = i }
    NR == 2 { for (e = 1; e <= 60; e++) { $1 = e; $at["val_loss"] = e == 30 ? 1 : ""; print } }' \
    plain-1/history.csv >long.csv
mv long.csv plain-1/history.csv
train --compare --svg long.svg plain-1 >/dev/null
xml long.svg
grep -o 'middle">[0-9]*<' long.svg | tr -dc '0-9\n' | head -n 7 | xargs
