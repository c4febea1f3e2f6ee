. "$CASES/train/small-pack.bash"
first=$(ls clips | head -n 1)
two=$(ls clips | tail -n 2 | paste -sd ,)
extract -o two.h5 --size 24x24 --classes "$two" clips >/dev/null 2>&1
train -q -o run --net fast.net --epochs 1 two.h5
status=0
predict -o out.csv run/model.h5 small.h5 2>err.txt || status=$?
echo "status $status"
sed "s/$first/FIRST/" err.txt
[ ! -e out.csv ]
# The classes that both know are scored, whatever their numbers.
predict --split groups/test run/model.h5 two.h5 | grep -c accuracy
