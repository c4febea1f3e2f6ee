. "$CASES/train/small-pack.bash"
extract -o own.h5 clips/*/*_g01_c01.avi >/dev/null
train -o run own.h5
