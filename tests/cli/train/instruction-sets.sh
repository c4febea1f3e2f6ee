# --cpu takes every set that the processor has, and says so; the same set gives
# the same bytes, and other sets predict the same classes.
. "$CASES/train/small-pack.bash"
status=0
said=$(train -o run --cpu mmx absent.h5 2>&1) || status=$?
sets=$(sed -n "s/^train: instruction set 'mmx': this program on this processor has auto, //p" \
    <<<"$said" | tr -d ,)
echo "status $status, the last of them: ${sets##* }"
status=0
predict --cpu mmx absent-model.h5 absent.h5 2>&1 | sed 's/ auto, .*/ auto, .../' || status=$?
echo "status ${PIPESTATUS[0]}"
for set in auto $sets; do
    train -o "$set" --cpu "$set" --net fast.net --epochs 2 --batch 8 --log-every 0 small.h5 \
        >"$set.txt"
    named=$set
    [ "$set" != auto ] || named=${sets%% *}
    grep -q "^run     $set, [0-9]* threads\\?, --cpu $named\$" "$set.txt" || cat "$set.txt"
    train_small "$set-again" --cpu "$set"
    cmp "$set/model.h5" "$set-again/model.h5"
    predict -q --cpu "$set" -o "$set.csv" auto/model.h5 small.h5
    cmp "$set.csv" auto.csv
done
cmp auto/model.h5 "${sets%% *}/model.h5"
