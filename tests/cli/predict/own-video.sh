. "$CASES/train/small-pack.bash"
plain() { # the answer itself may differ from one machine to another
    sed -E 's/: [A-Z][A-Za-z]+ \([0-9]+\.[0-9] %\)$/: CLASS (P %)/'
}
train_small run
class=$(ls clips | head -n 1)
mv clips/"$class"/*_g01_c01.avi my.avi
extract -o my.h5 --size 24x24 my.avi >/dev/null
predict run/model.h5 my.h5 | plain
predict -o my.csv run/model.h5 my.h5 >/dev/null
wc -l <my.csv
extract -o pad.h5 --size 24x24 --fit pad --samples 2 my.avi >/dev/null
predict run/model.h5 pad.h5 | plain
