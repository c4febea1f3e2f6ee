# Shards, merged in any order, are the pack of a single run.
make-clips --classes 2 --groups 3 --clips 1 clips
extract -o one.h5 clips
for i in 1 2 3 4; do extract --shard $i/4 -o part$i.h5 clips; done
pack info part2.h5 | grep -w -e shard -e shards
pack merge -o merged.h5 part3.h5 part1.h5 part4.h5 part2.h5
cmp one.h5 merged.h5
