# With more than five classes, how often the label is among the first five is told, too;
# counted again here from the tables of scores.
make-clips --classes 7 --groups 4 --clips 1 clips >/dev/null
extract -o seven.h5 --size 24x24 clips >/dev/null
printf 'flatten\nlinear\n' >flat.net
train -q -o run --net flat.net --epochs 1 --batch 8 seven.h5
predict --scores -o frame.csv --split groups/test run/model.h5 seven.h5 >printed.txt
predict --scores --by sample -q -o sample.csv --split groups/test run/model.h5 seven.h5
/usr/bin/python3 - <<'EOT' >counted.txt
import csv, h5py, numpy
with h5py.File("seven.h5") as pack:
    labels = pack["labels"][:][pack["splits/groups"][:] == 3]
shares = []
for name, each in (("frame", 3), ("sample", 1)):
    with open(name + ".csv") as file:
        scores = numpy.array([row[2:] for row in list(csv.reader(file))[1:]], float)
    first = numpy.argsort(-scores, axis=1)[:, :5]
    wanted = numpy.repeat(labels, each)
    assert len(wanted) == len(first) == 7 * each
    shares.append(100 * (first == wanted[:, None]).any(axis=1).mean())
print("among the top 5: %.1f %% of frames, %.1f %% of samples" % tuple(shares))
EOT
grep 'top 5' printed.txt | diff - counted.txt && grep -c 'top 5' printed.txt
