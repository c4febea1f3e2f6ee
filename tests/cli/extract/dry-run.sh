# --dry-run shows the plan and writes nothing; -o is not needed for it.
make-clips --classes 2 --groups 5 --clips 2 clips
extract -n --samples 2 clips
extract --dry-run --shard 2/3 -o a.h5 clips | tail -n 2
ls
