# The closing summary for scripts, alone on standard output; a pack that was there
# already, a shard, and what it does not go with.
make-clips --classes 2 --groups 2 --clips 1 clips
echo 'no film' >clips/BouncingBall/broken.avi
extract --json -o a.h5 --size 16x12 --samples 2 --failures failed.tsv clips >a.json \
    2>/dev/null || echo "status $?"
cat a.json
cut -f 1 failed.tsv
extract --json -o s.h5 --shard 2/2 --size 16x12 clips/CrawlingWave 2>/dev/null
extract --json --dry-run clips || echo "status $?"
